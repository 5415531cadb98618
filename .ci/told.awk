# Reads what "go test -v" wrote and sums it up. A test that was left out fails
# the run, unless it names another system than Redis and PostgreSQL as absent.

/^=== (RUN|NAME|CONT) / { test = $3; next }
/^ *--- PASS/ { passed++; next }
/^ *--- FAIL/ { failed++; next }
/^ *--- SKIP/ {
	if (said[$3] ~ /PORTICO_TEST_(RT|TRYTON|CALDAV|SPECS)/) { absent++ } else { missing++; print "did not run: " $3 ":" said[$3] }
	next
}
/^ok / { packages++; if ($3 + 0 >= 2) print }
/^FAIL/ { print }
/^ +[A-Za-z_]+\.go:[0-9]+: / { said[test] = $0 }

END {
	printf "%d packages, %d tests passed, %d failed, %d need a system that is not here, %d should have run and did not\n", packages, passed, failed, absent, missing
	exit failed + missing + (packages == 0) > 0
}
