// The text of an operator with its headings and lists; never as markup.
import { partsOf } from "./prose_parts";
import "./prose.css";

export function Prose({ text, heading: H = "h3", lang }: { text: string; heading?: "h2" | "h3"; lang?: string | undefined }) {
  return (
    <div class="ui-prose" lang={lang}>
      {partsOf(text).map((part, at) => {
        if (part.kind === "list") return <ul key={at}>{part.items.map((item, of) => <li key={of}>{item}</li>)}</ul>;
        return part.kind === "heading" ? <H key={at}>{part.text}</H> : <p key={at}>{part.text}</p>;
      })}
    </div>
  );
}
