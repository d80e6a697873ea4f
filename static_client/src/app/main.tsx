// Entry: one page per route, each loaded when first shown.

import { render } from "preact";
import "../ui/base.css";
import { ToastHost } from "../ui/toast";
import { App } from "./app";
import { startRouter } from "./router";

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
startRouter();
render(
  <>
    <App />
    <ToastHost />
  </>,
  root,
);
