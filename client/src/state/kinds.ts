/** The kinds that this account may file, and each one's page; asked once a session. */
import { Problem } from "../wire/api";
import type { FieldSchema, KindPage, KindTitle } from "../wire/types";
import { api, session } from "./session";

const pages = new Map<string, Promise<KindPage>>();
let titles: Promise<KindTitle[]> | null = null;

/** What is held of the forms is in the language in which it was asked for. */
export function forgetKinds(): void {
  pages.clear();
  titles = null;
}

session.subscribe(({ state }) => {
  if (state !== "in") forgetKinds();
});

export function kindTitles(): Promise<KindTitle[]> {
  titles ??= api.kinds().catch((fault: unknown) => {
    titles = null;
    throw fault;
  });
  return titles;
}

export function kindPage(kind: string): Promise<KindPage> {
  let page = pages.get(kind);
  if (page === undefined) {
    page = api.kind(kind).catch((fault: unknown) => {
      pages.delete(kind);
      throw fault;
    });
    pages.set(kind, page);
  }
  return page;
}

/** The page where there is one: a reader may see kinds that he may not file. */
export async function kindPageOrNull(kind: string): Promise<KindPage | null> {
  try {
    const listed = (await kindTitles()).some((held) => held.kind === kind);
    return listed ? await kindPage(kind) : null;
  } catch (fault) {
    if (fault instanceof Problem) return null;
    throw fault;
  }
}

/** The word for a code; the code where there is none. */
export function labelOf(schema: FieldSchema | undefined, code: string): string {
  return schema?.["x-codes"]?.find((held) => held.code === code)?.label ?? code;
}
