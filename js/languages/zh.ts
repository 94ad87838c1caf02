// Simplified Chinese: a part for each catalogue of js/core, and what the kernel says.
import type { Catalogue } from "../core/catalogue";
import { embedding } from "./zh/embedding";
import { image } from "./zh/image";
import { kernel } from "./zh/kernel";
import { population } from "./zh/population";
import { results } from "./zh/results";
import { table } from "./zh/table";
import { text } from "./zh/text";
import { trust } from "./zh/trust";
import { words } from "./zh/words";

export default {
  code: "zh-CN",
  words,
  image,
  text,
  table,
  trust,
  embedding,
  population,
  results,
  kernel,
} satisfies Catalogue;
