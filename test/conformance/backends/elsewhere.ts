import { accounts } from "../../../local/laptop.ts";
import { localKey } from "../clients.ts";
import type { Backend } from "./backend.ts";

/** Any other implementation, or an account's sandbox; it is neither started nor stopped here. `aws` stands for AWS itself. */
export function elsewhere({
	endpoint,
	distributionId,
}: {
	endpoint: string;
	distributionId: string | undefined;
}): Backend {
	const isAws = endpoint === "aws";
	// Emulators take any key; where a real one is given it is used.
	const isGiven = isAws || process.env["AWS_ACCESS_KEY_ID"] !== undefined || process.env["AWS_PROFILE"] !== undefined;
	return {
		name: "elsewhere",
		services: "all",
		start: () =>
			Promise.resolve({
				endpoint: isAws ? undefined : endpoint,
				credentials: isGiven ? undefined : localKey(accounts.nonprod),
				distributionId,
				about: "as given",
				stop: () => Promise.resolve(),
			}),
	};
}
