#!/bin/sh
# Every night: yesterday's rows come in on standard input, what is wrong stops the job, what is right is kept by day.
set -eu
day=${1:-$(date +%F)} kept=${2:-kept}; new="$kept/$day"; mkdir -p "$new"
cat > "$new/sales.csv"
crmkit check - -q --fail-if-unassigned 10% --fail-if-left-out 20% -o "$new/ledger.json" < "$new/sales.csv"
crmkit score - -q --horizon none -o "$new/customers.csv" < "$new/sales.csv"
crmkit report - -q -o "$new/report.html" < "$new/sales.csv"
crmkit segments - -q -o "$new/segments.csv" < "$new/sales.csv"
before=$(ls "$kept" | sort | tail -2 | head -1)
diff -u "$kept/$before/segments.csv" "$new/segments.csv" > "$new/changes.txt" || test $? -eq 1
