// What a language has to say: as much as English, of each topic.
import type { EmbeddingWords } from "./embedding/words";
import type { ImageWords } from "./image/words";
import type { Language } from "./language";
import type { PopulationWords } from "./population/words";
import type { ResultWords } from "./results/words";
import type { TableWords } from "./table/words";
import type { TextWords } from "./text/words";
import type { TrustWords } from "./trust/words";
import type { Words } from "./words";

/** One language: a file of js/languages each. */
export interface Catalogue extends Language {
  words: Words;
  image: ImageWords;
  text: TextWords;
  table: TableWords;
  trust: TrustWords;
  embedding: EmbeddingWords;
  population: PopulationWords;
  results: ResultWords;
}
