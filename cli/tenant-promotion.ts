import { type CommandUnknownOpts, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { type OriginMapping, parseOriginMapping } from "../domain/origin-map.ts";
import { isOpen, type PlannedTenant } from "../domain/tenant-plan.ts";
import { type Applied, applyPlan } from "./apply-plan.ts";
import type { Context } from "./context.ts";
import { type Exit, exits } from "./failures.ts";
import { makePlan } from "./make-plan.ts";
import { failureLines } from "./operation-text.ts";
import { timeoutOption, wholeNumber } from "./options.ts";
import type { Paint } from "./paint.ts";
import { countPlan, planText } from "./plan-text.ts";
import { reportText } from "./report-text.ts";

const fileArgument = ["<file>", "what 'tenants export' wrote; - for stdin"] as const;

/** `tenants plan`, `tenants apply`. */
export function addPromotion(tenants: CommandUnknownOpts, context: Context): void {
	const { answer, paint } = context;
	tenants
		.command("plan")
		.description("what applying a file would do here: new, changed field by field, same, in conflict; changes nothing")
		.argument(...fileArgument)
		.addOption(originMapOption())
		.option("--expect-empty", "exit 1 unless there is nothing to do")
		.action(async (file, { originMap = [], expectEmpty }) => {
			const plan = await makePlan(context, file, originMap);
			const isFound = countPlan(plan).conflict > 0 || (expectEmpty === true && plan.some(isOpen));
			const value = { counts: countPlan(plan), tenants: plan };
			answer({ value, text: planText(plan, paint.result), exit: isFound ? exits.failed : 0 });
		});
	tenants
		.command("apply")
		.description("plan, carry the plan out, and follow each operation to its end; nothing while there is a conflict")
		.argument(...fileArgument)
		.addOption(originMapOption())
		.option("--skip-conflicts", "carry out the rest of a plan with conflicts")
		.addOption(
			new Option("--at-once <n>", "tenants that are under way at the same time")
				.argParser(wholeNumber(1, 50))
				.default(10),
		)
		.addOption(timeoutOption())
		.action(async (file, { originMap = [], skipConflicts, atOnce, timeout }) => {
			const plan = await makePlan(context, file, originMap);
			context.tell(planText(plan, paint.progress));
			const isHeld = countPlan(plan).conflict > 0 && !skipConflicts;
			const applied = isHeld ? [] : await applyPlan(context, plan, { atOnce, timeoutSeconds: timeout });
			const text = isHeld
				? "Nothing was done: there are conflicts. Mend them, or apply the rest with --skip-conflicts."
				: appliedText(applied, paint.result);
			const value = { counts: countPlan(plan), tenants: plan, applied };
			answer({ value, text, exit: isHeld ? exits.failed : worstOf(applied, plan) });
		});
}

const originMapOption = () =>
	new Option(
		"--origin-map <from=to>",
		"put other origins in the place of these: host[:port]=host[:port], *.host=*.host; repeatable",
	).argParser(readMapping);

interface TypedMapping {
	text: string;
	mapping: OriginMapping;
}

function readMapping(text: string, earlier: TypedMapping[] = []): TypedMapping[] {
	const read = parseOriginMapping(text);
	if (!read.ok) throw new InvalidArgumentError(read.refusal.detail);
	return [...earlier, { text, mapping: read.value }];
}

/** Conflicts that were skipped are found still. */
function worstOf(applied: readonly Applied[], plan: readonly PlannedTenant[]): Exit {
	const exit: Exit = countPlan(plan).conflict > 0 ? exits.failed : 0;
	return applied.reduce<Exit>((worst, one) => (one.exit > worst ? one.exit : worst), exit);
}

function appliedText(applied: readonly Applied[], paint: Paint): string {
	if (applied.length === 0) return "Nothing to do.";
	const failed = applied.filter(({ exit }) => exit !== 0);
	const told = failed.flatMap(({ slug, error, operation }) => {
		const why = error ? [reportText(error, paint)] : operation ? failureLines(operation, paint) : [];
		return ["", paint.bold(slug), ...why.filter((line) => line !== "")];
	});
	return [`${applied.length - failed.length} of ${applied.length} carried out.`, ...told].join("\n");
}
