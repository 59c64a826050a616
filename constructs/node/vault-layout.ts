/** What a deploy writes into the vault for the next synthesis. No import: the commands read these too, without cdktf. */

/** Folder of notes of what a deploy has finished, one per resource. */
export const COMPLETIONS = "delivered";

/** The record among redeliveries: no node can have this name. */
export const RECORD_REDELIVERY = "(record)";
