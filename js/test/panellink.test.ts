import type { Kernel } from "@jupyterlab/services";
import { expect, test } from "vitest";
import { KernelLink } from "../lab/panel/link";

/** A kernel that says what the test tells it to. */
function kernel() {
  const heard: Record<string, (sender: unknown, args: unknown) => void> = {};
  const signal = (name: string) => ({
    connect: (slot: (sender: unknown, args: unknown) => void, that: unknown) => {
      heard[name] = slot.bind(that);
    },
    disconnect: () => {
      delete heard[name];
    },
  });
  const comms: { onMsg?: (message: unknown) => void; isDisposed: boolean }[] = [];
  const looks: unknown[] = [];
  const made = {
    anyMessage: signal("any"),
    iopubMessage: signal("iopub"),
    statusChanged: signal("status"),
    handleComms: true,
    isDisposed: false,
    requestCommInfo: async (asked: unknown) => {
      looks.push(asked);
      return { content: { status: "ok", comms: looks.length === 1 ? { one: {} } : {} } };
    },
    createComm: () => {
      const comm = { isDisposed: false, open: () => {}, close: () => {}, send: () => {} };
      comms.push(comm);
      return comm;
    },
  };
  const from = (session: string, direction = "recv") => heard.any?.(made, { direction, msg: { header: { session } } });
  return { made: made as unknown as Kernel.IKernelConnection, heard, comms, looks, from };
}

const WIDGET = { content: { data: { kind: "widget", entry: { id: "a", kind: "Picture" } } } };
const silent = { changed: () => {}, compared: () => {}, failed: () => {} };

async function listing() {
  const one = kernel();
  const link = new KernelLink(one.made, silent);
  await Promise.resolve();
  await Promise.resolve();
  one.from("first");
  one.comms[0]?.onMsg?.(WIDGET);
  expect([...link.widgets.keys()]).toEqual(["a"]);
  return { ...one, link };
}

test("messages of another session say that the kernel was restarted, whatever else was heard of it", async () => {
  const { link, from, looks } = await listing();
  from("mine", "send");
  from("first");
  expect(link.widgets.size).toBe(1);
  from("second");
  expect(link.widgets.size).toBe(0);
  expect(looks).toHaveLength(2);
});

test("what a kernel said before it was restarted is not taken after that", async () => {
  const { link, heard, comms } = await listing();
  heard.status?.(null, "restarting");
  comms[0]?.onMsg?.(WIDGET);
  expect(link.widgets.size).toBe(0);
});

test("nothing is heard after the end", async () => {
  const { link, heard } = await listing();
  link.dispose();
  expect(Object.keys(heard)).toEqual([]);
});
