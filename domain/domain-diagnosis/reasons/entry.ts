import type { Actor } from "../../errors.ts";

/** One reason of the catalogue; `{hole}` in a text is filled with a fact. */
export interface ReasonEntry {
	/** Sentences that say what is so, and what was found instead. */
	message: string;
	/** Who has to act. */
	actor: Actor;
	/** Sentences that say what exactly that actor does. */
	fix: string;
	/** Where the rule is written down. */
	docs: string;
}
