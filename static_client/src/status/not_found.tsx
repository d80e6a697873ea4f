// Any address that is not ours.
import { StatusPage } from "./status";

export default function NotFound() {
  return <StatusPage code="not_found" />;
}
