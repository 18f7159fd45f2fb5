// Writes what knip found and how much it read, as one JSON document; knip's own reporters do not say how much it read.
export default function report({ issues, counters, configurationHints, cwd }) {
  const findings = []
  for (const [type, byFile] of Object.entries(issues)) {
    for (const found of Object.values(byFile))
      for (const issue of Object.values(found)) findings.push({ type, ...issue })
  }
  process.stdout.write(JSON.stringify({ cwd, read: counters.total, findings, hints: [...configurationHints.values()] }))
}
