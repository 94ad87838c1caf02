// The settings in words: what the editor shows. The schema that ships has none, so that they follow JupyterLab's language.
import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import { WORDS } from "../words";

type Schema = ISettingRegistry.ISchema;

export function worded({ properties = {}, ...schema }: Schema): Schema {
  const { title, description, names, choices } = WORDS.settings;
  const told = Object.entries(properties).map(([key, { enum: values, ...property }]) => {
    const oneOf = (values as unknown[] | undefined)?.map((one) => ({
      const: one,
      title: choices[String(one) as keyof typeof choices],
    }));
    return [key, { ...property, ...names[key as keyof typeof names], ...(oneOf && { oneOf }) }];
  });
  return { ...schema, title, description, properties: Object.fromEntries(told) };
}
