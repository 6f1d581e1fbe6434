import type { Diagnosis } from "../../domain/domain-diagnosis/diagnose.ts";
import type { DiagnosisView } from "./contracts/domains.ts";

/** A verdict as callers see it. */
export function diagnosisView(hostname: string, diagnosis: Diagnosis): DiagnosisView {
	if (diagnosis.ok) {
		const none = { reason: null, actor: null, fix: null, found: null, record: null, until: null };
		return { hostname, ok: true, message: "Everything that can be seen from outside is as it must be.", ...none };
	}
	const { reason, message, actor, fix, found = null, record = null, until = null } = diagnosis;
	return { hostname, ok: false, reason, message, actor, fix, found, record, until };
}
