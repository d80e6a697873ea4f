// The text of an operator with its headings, lists and addresses that can be pressed; never as markup.
import { partsOf, piecesOf } from "./prose_parts";
import "./prose.css";

export function Prose({ text, heading: H = "h3", lang }: { text: string; heading?: "h2" | "h3"; lang?: string | undefined }) {
  return (
    <div class="ui-prose" lang={lang}>
      {partsOf(text).map((part, at) => {
        if (part.kind === "list") return <ul key={at}>{part.items.map((item, of) => <li key={of}><Linked text={item} /></li>)}</ul>;
        return part.kind === "heading" ? <H key={at}>{part.text}</H> : <p key={at}><Linked text={part.text} /></p>;
      })}
    </div>
  );
}

function Linked({ text }: { text: string }) {
  return <>{piecesOf(text).map(({ text: words, href }, at) => href === undefined ? words : <a key={at} href={href} {...(href.startsWith("http") && { target: "_blank", rel: "noopener noreferrer" })}>{words}</a>)}</>;
}
