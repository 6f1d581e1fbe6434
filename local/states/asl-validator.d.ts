/** The package brings no types: this is the part that machine.ts calls. It writes into the definition that it is given. */
declare module "asl-validator" {
	function validate(definition: unknown): { isValid: boolean; errorsText(separator?: string): string };
	export = validate;
}
