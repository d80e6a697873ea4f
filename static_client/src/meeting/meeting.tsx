/** Pre-join, room and what comes after it. */
export default function Meeting(_props: { secret?: string }) {
  return <main />;
}
