// What script/measure-uploads does for one part of it, and for one store where the part starts Holdall itself. The settings
// of Holdall are in the environment.
//
//   node script/measure-uploads.mjs PART NAME [short]
//
// Exits with 1 where what was measured is not as it must be.

const [part, name, length] = process.argv.slice(2);
const failures = [];

/** Remembers what is not as it must be. */
function check(fine, what) {
    if (!fine) failures.push(what);
    return fine;
}

/** Prints a figure, and what stands beside it. */
function line(what, figure, beside = '') {
    console.log(`  ${what.padEnd(50)} ${figure.padStart(18)}   ${beside}`);
}

const { measure } = await import(`./proof/measure-${part}.mjs`);
await measure({ name, short: length === 'short', check, line });
for (const failure of failures) console.log(`  FAILED: ${failure}`);
process.exit(failures.length ? 1 : 0);
