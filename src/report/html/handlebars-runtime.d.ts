// Handlebars' own typings of its runtime export nothing; this is the part of it that we use.
declare module "handlebars/runtime.js" {
  type Template = (context: unknown, options?: { readonly partials: Readonly<Record<string, Template>> }) => string;
  const Handlebars: { template(precompiled: object): Template };
  export default Handlebars;
}
