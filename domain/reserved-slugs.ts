import { imitates, skeleton } from "./confusables.ts";
import { type ReservedGroup, reservedGroups } from "./reserved-words.ts";

/** Labels that no tenant may have. */
export interface ReservedSlugs {
	/** Why a label is reserved, as a sentence for people; undefined when it is not. `label` is lower case. */
	get(label: string): string | undefined;
	/** The reserved word that a label could be taken for (`imitates`), apart from itself. */
	imitatedBy(label: string): string | undefined;
}

/** Makes the look-ups for a list of groups. When a label is in two of them the first one's reason is given. */
export function reserveSlugs(groups: readonly ReservedGroup[]): ReservedSlugs {
	const reasons = new Map<string, string>();
	const wordsBySkeleton = new Map<string, string[]>();
	for (const { because, labels } of groups) {
		for (const label of labels.trim().split(/\s+/)) {
			if (reasons.has(label)) continue;
			reasons.set(label, `'${label}' is ${because}.`);
			const seen = skeleton(label);
			wordsBySkeleton.set(seen, [...(wordsBySkeleton.get(seen) ?? []), label]);
		}
	}
	return {
		get: (label) => reasons.get(label),
		imitatedBy: (label) => wordsBySkeleton.get(skeleton(label))?.find((word) => imitates(label, word)),
	};
}

/** The kept list, ready for use. */
export const reservedSlugs: ReservedSlugs = reserveSlugs(reservedGroups);
