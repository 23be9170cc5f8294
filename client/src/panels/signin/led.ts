/** The page to which a provider leads back, with what the node is to be told. */
const FROM = /^\/from\/([a-z][a-z0-9-]{0,31})$/;

/** What a provider led back with, or null. It is taken out of the address bar at once. */
export function ledBack(at: Pick<Location, "pathname" | "search">): Record<string, string> | null {
  const provider = FROM.exec(at.pathname)?.[1];
  if (provider === undefined) return null;
  const said = new URLSearchParams(at.search); // before the address changes
  history.replaceState(null, "", "/");
  const given = (name: string) => said.get(name) ?? "";
  return { provider, state: given("state"), code: given("code"), iss: given("iss") };
}
