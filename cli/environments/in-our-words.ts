import { HostmasterError } from "../../domain/errors.ts";
import { MissingConfiguration } from "../../scripts/stages.ts";
import { ArtifactAltered } from "../../services/artifacts.ts";
import { CommandFailed, exits, misused } from "../failures.ts";

/** What AWS and our own values say when they refuse, as a command tells it; what is none of these is a defect, and passes as it is. */
export function inOurWords(error: unknown): unknown {
	if (error instanceof MissingConfiguration) return misused(error.message, "Then run this again. Nothing was changed.");
	if (error instanceof HostmasterError) {
		const report = { title: error.detail, fix: "Run this again in a moment: it goes on where it stopped." };
		return new CommandFailed(exits.unasked, report, { cause: error });
	}
	if (error instanceof ArtifactAltered) {
		const fix =
			"Find out who has written there and delete that object; then onboard that environment again, from a checkout that you trust.";
		return new CommandFailed(exits.failed, { title: error.message, fix }, { cause: error });
	}
	// Exceptions of the SDK's clients, and of its credential providers, which have no common base but these members.
	if (error instanceof Error && ("$metadata" in error || error.name === "CredentialsProviderError")) {
		const fix =
			"See what the message asks for (rights of these credentials, a profile, a network), then run this again.";
		return new CommandFailed(exits.unasked, { title: `${error.name}: ${error.message}`, fix }, { cause: error });
	}
	return error;
}

/** Runs a command's work, its failures in our words. */
export async function inWords<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		throw inOurWords(error);
	}
}
