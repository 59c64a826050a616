export { inventoryJsonSchema, servicesJsonSchema } from "./json-schema";
export { type LoadOptions, type LoadResult, loadCluster } from "./load";
export * from "./model";
export { formatProblem } from "./problem";
export { type ParsedService, type ServiceAttributes, serviceAttributes } from "./services-schema";
export type { SourceFile, Sources } from "./sources";
