/** The code in an invitation's link stands behind the #: no browser sends it to a server or a proxy. */
const LINK = /^#invited=([\w-]+)$/;

/** The code, or "". It is taken out of the address bar at once, and of the browser's history. */
export function invitedBy(at: Pick<Location, "hash" | "pathname">): string {
  const code = LINK.exec(at.hash)?.[1] ?? "";
  if (code !== "") history.replaceState(null, "", at.pathname);
  return code;
}
