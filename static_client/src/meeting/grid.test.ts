import { describe, expect, test } from "vitest";
import { fitGrid, fitStrip, pageCapacity, pages } from "./grid";

describe("the grid", () => {
  test("tiles and gaps always fit into the box", () => {
    for (const [width, height] of [[920, 640], [374, 620], [1600, 900], [300, 300], [200, 900]] as const) {
      for (let count = 1; count <= 25; count += 1) {
        const grid = fitGrid(width, height, count);
        expect(grid.columns * grid.width + (grid.columns - 1) * 8).toBeLessThanOrEqual(width);
        expect(grid.rows * grid.height + (grid.rows - 1) * 8).toBeLessThanOrEqual(height);
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
        expect(grid.width / grid.height).toBeLessThan(1.8);
      }
    }
  });

  test("one tile takes the whole width, four make two by two", () => {
    expect(fitGrid(960, 540, 1)).toMatchObject({ columns: 1, rows: 1, width: 960, height: 540 });
    expect(fitGrid(960, 540, 4)).toMatchObject({ columns: 2, rows: 2 });
  });

  test("on a phone held upright two people stand one above the other", () => {
    expect(fitGrid(374, 600, 2)).toMatchObject({ columns: 1, rows: 2 });
  });

  test("an empty box gives an empty tile, not a failure", () => {
    expect(fitGrid(0, 0, 3)).toMatchObject({ width: 0, height: 0 });
  });

  test("a page holds what stays legible: at most six on a phone", () => {
    expect(pageCapacity(374, 620)).toBeLessThanOrEqual(6);
    expect(pageCapacity(374, 620)).toBeGreaterThanOrEqual(4);
    expect(pageCapacity(920, 640)).toBeGreaterThanOrEqual(9);
    expect(pageCapacity(4000, 3000)).toBe(25);
    expect(pages(0, 9)).toBe(1);
    expect(pages(10, 9)).toBe(2);
  });

  test("thumbnails stand beside a wide stage and above a tall one", () => {
    expect(fitStrip(920, 640).direction).toBe("column");
    expect(fitStrip(374, 620).direction).toBe("row");
  });
});
