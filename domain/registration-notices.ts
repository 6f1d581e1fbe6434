import { z } from "zod";
import { actors } from "./errors.ts";
import { type RegistrationFinding, type RegistrationKind, registrationKinds, severities } from "./registration.ts";
import type { Judgement } from "./registration-findings.ts";

/** That a finding has reached a stage, kept until nobody finds it any more. There is one for each domain and kind. */
export const noticeSchema = z.object({
	domain: z.string(),
	kind: z.enum(registrationKinds),
	stage: z.string(),
	eventId: z.string(),
	/** ISO time at which the stage was first found. */
	since: z.iso.datetime(),
	/** ISO time at which the event was put; without it it may have been, or not. */
	toldAt: z.iso.datetime().optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** `detail` of the event `RegistrationFinding` (source `hostmaster`) on the default bus of the registrar's account. */
export const registrationFindingEvent = z.object({
	version: z.literal(1),
	eventId: z.string().meta({ description: "The same event sent again has the same id." }),
	occurredAt: z.iso.datetime().meta({ description: "When the stage was first found." }),
	domain: z.string(),
	kind: z.enum(registrationKinds),
	stage: z.string().meta({ description: "90-days … 7-days, expired; open for what is or is not." }),
	severity: z.enum(severities),
	message: z.string(),
	actor: z.enum(actors),
	fix: z.string(),
});
export type RegistrationFindingEvent = z.infer<typeof registrationFindingEvent>;

/** What is to be done about the notices of one domain. */
export interface NoticePlan {
	/** To be kept first: then whoever goes on after a crash tells the same event. */
	open: readonly Notice[];
	tell: readonly { notice: Notice; event: RegistrationFindingEvent }[];
	/** Nobody finds these any more, so that the next time is news again. */
	clear: readonly Notice[];
}

/**
 * Each stage is told once, whenever the first run comes that finds it: a run that was missed delays the news, and loses none. What could
 * not be asked tells nothing and clears nothing (R9). `now`: ISO time.
 */
export function planNotices(judgements: readonly Judgement[], kept: readonly Notice[], now: string): NoticePlan {
	const keptOf = (kind: RegistrationKind) => kept.find((notice) => notice.kind === kind);
	const open: Notice[] = [];
	const tell: { notice: Notice; event: RegistrationFindingEvent }[] = [];
	const clear: Notice[] = [];
	for (const judgement of judgements) {
		const known = keptOf(judgement.kind);
		switch (judgement.outcome) {
			case "unanswered":
				break;
			case "sound":
			case "untold":
				if (known) clear.push(known);
				break;
			case "found": {
				const { kind, finding } = judgement;
				const notice = known?.stage === finding.stage ? known : noticeOf(kind, finding, now);
				if (notice !== known) open.push(notice);
				if (notice.toldAt === undefined) tell.push({ notice, event: eventOf(notice, finding) });
			}
		}
	}
	return { open, tell, clear };
}

function noticeOf(kind: RegistrationKind, { domain, stage }: RegistrationFinding, since: string): Notice {
	return { domain, kind, stage, eventId: `${domain}/${kind}/${stage}/${since}`, since };
}

function eventOf({ eventId, since, kind }: Notice, finding: RegistrationFinding): RegistrationFindingEvent {
	return { version: 1, eventId, occurredAt: since, ...finding, kind };
}
