// What the link makes of messages that it does not know.
import { expect, it } from "vitest";
import type { Incoming } from "../core/types";
import { Link } from "../host/link";
import { StaticModel } from "./fake";

it("goes on counting its asks after a message of a later version", () => {
  const heard: string[] = [];
  const handed: unknown[] = [];
  const model = new StaticModel({});
  const link = new Link(model, {
    welcome: () => heard.push("welcome"),
    rollCall: () => heard.push("rollcall"),
    message: (message: Incoming, buffers) => {
      heard.push(message.kind);
      handed.push(buffers);
    },
    silent: () => heard.push("silent"),
  });
  model.emit("msg:custom", { kind: "weather", sun: true }, []);
  model.emit("msg:custom", null, []);
  model.emit("msg:custom", { kind: "rain" }, null);
  expect(handed).toEqual([[], []]);
  expect(heard).toEqual(["weather", "rain"]);
  expect(link.ask("a", { method: "saliency", params: {}, target: null, edits: [] })).toBe(1);
  model.emit("msg:custom", { kind: "ended", id: 7, slot: "a", outcome: "done" }, []);
  expect(heard).toEqual(["weather", "rain", "ended"]);
  expect(link.ask("a", { method: "saliency", params: {}, target: null, edits: [] })).toBe(8);
  link.close();
});
