import { describe, expect, it } from "vitest";
import { crc32, shapefileOf, zipped } from "./archive";

function file(name: string, text = "x"): File {
  return new File([text], name);
}

describe("files that are one shapefile", () => {
  it("are known by their one name, whatever lies beside them", () => {
    const files = ["Wells.SHP", "Wells.dbf", "Wells.prj", "Wells.sbn", "Wells.shp.xml"].map((one) =>
      file(one),
    );
    const found = shapefileOf(files);
    expect(found?.name).toBe("Wells");
    expect(found?.parts.map(({ name }) => name)).toEqual(["Wells.SHP", "Wells.dbf", "Wells.prj"]);
  });

  it("are none where there are two of them, or another file among them", () => {
    expect(shapefileOf([file("a.shp"), file("b.shp")])).toBeNull();
    expect(shapefileOf([file("a.shp"), file("a.csv")])).toBeNull();
    expect(shapefileOf([file("a.csv"), file("b.csv")])).toBeNull();
  });
});

describe("an archive", () => {
  it("sums as every reader of archives does", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  it("holds each file as it is, and says where", async () => {
    const made = await zipped("é.zip", [file("é.shp", "shapes"), file("é.dbf", "table")]);
    const bytes = new Uint8Array(await made.arrayBuffer());
    const view = new DataView(bytes.buffer);
    const end = bytes.length - 22;
    expect(view.getUint32(end, true)).toBe(0x06054b50);
    expect(view.getUint16(end + 10, true)).toBe(2);
    const found: [string, string][] = [];
    let at = view.getUint32(end + 16, true);
    expect(at + view.getUint32(end + 12, true)).toBe(end);
    for (let entry = 0; entry < 2; entry++) {
      expect(view.getUint32(at, true)).toBe(0x02014b50);
      const [size, name] = [view.getUint32(at + 24, true), view.getUint16(at + 28, true)];
      const where = view.getUint32(at + 42, true);
      const start = where + 30 + view.getUint16(where + 26, true);
      const body = bytes.slice(start, start + size);
      expect(view.getUint32(at + 16, true)).toBe(crc32(body));
      const called = new TextDecoder().decode(bytes.slice(at + 46, at + 46 + name));
      found.push([called, new TextDecoder().decode(body)]);
      at += 46 + name;
    }
    expect(found).toEqual([
      ["é.shp", "shapes"],
      ["é.dbf", "table"],
    ]);
  });
});
