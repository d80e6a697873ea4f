// Entry: one page per route, each loaded when first shown.

import { render } from "preact";
import "../ui/base.css";
import { startLanguage } from "../i18n/languages";
import { startAppearance } from "../ui/appearance";
import { AppearanceMenu } from "../ui/appearance_menu";
import { ToastHost } from "../ui/toast";
import { App } from "./app";
import { ProofHost } from "./proof";
import { startRouter } from "./router";

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
startAppearance();
startRouter();
await startLanguage();
render(
  <>
    <App />
    <ProofHost />
    <AppearanceMenu />
    <ToastHost />
  </>,
  root,
);
