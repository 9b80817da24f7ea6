#!/bin/sh
# Installs what is missing and runs every test. A second run takes only what
# has changed: Go keeps the results of the packages that have not.
#
#   sh deploy/test.sh           every test
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

need_go
# shellcheck disable=SC2086
need_packages $build_packages $screen_packages $test_packages
need_receiptio
need_modbus_serial
cd "$root"

say "Form and vet"
unformed=$(gofmt -l cmd devices kiosk deploy)
[ -z "$unformed" ] || { say "gofmt would change: $unformed"; exit 1; }
go vet ./...

say "Every program without a window builds for each processor of a hall, without cgo"
pure=$(go list ./cmd/... | grep -vE '/(kiosk|display)$')
for arch in amd64 arm64 arm; do
	# shellcheck disable=SC2086
	CGO_ENABLED=0 GOARCH=$arch go build -o /dev/null $pure
done

say "Tests"
export LIBGL_ALWAYS_SOFTWARE=1
# The windows' own packages are large to build with the race detector and have
# one goroutine; everything else runs with it.
windows=$(go list ./... | grep -E '/(kiosk/view|kiosk/display|kiosk/theme|cmd/kiosk|cmd/display|deploy/e2e)(/|$)')
rest=$(go list ./... | grep -vE '/(kiosk/view|kiosk/display|kiosk/theme|cmd/kiosk|cmd/display|deploy/e2e)(/|$)')
failed=
# Many packages wait for ports, sockets and windows more than they compute, so
# more of them run at a time than there are processors.
at_once=$(($(nproc) + 2))
# shellcheck disable=SC2086
go test -race -p $at_once -timeout 20m $rest || failed=1
# shellcheck disable=SC2086
go test -p $at_once -timeout 20m $windows || failed=1
[ -z "$failed" ] || { say "Tests have failed"; exit 1; }
