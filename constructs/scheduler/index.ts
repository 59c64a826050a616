export { type PlaceResult, place } from "./place";
export type { Move, Placement, PlacementReason, PlacementRecord, RecordedService, Rejection } from "./placement";
export { formatRecord, parseRecord, recordOf } from "./record";
export { formatRejection } from "./rejection";
