#!/bin/sh
# Installs programs of a hall on this machine, a Debian 12: packages, programs,
# the user they run as, units, device rules, and, where nothing is there yet,
# the configuration and certificates of a sample hall. A second run changes only
# what differs; what stands in /etc/hallward is never overwritten.
#
#   sh deploy/install.sh [--check] [--hall FOLDER] PROGRAM …
#
#   PROGRAM          hall, centre, kiosk@kiosk-1 or display@board-1, as the units
#                    are called: what stands behind the @ is the node's id
#   --check          say what would be done, and do nothing
#   --hall FOLDER    the hall to begin with; deploy/halls/luotian without it
#
# DESTDIR in the environment puts the files under another root and leaves users,
# packages and services alone. PROGRAMS names a folder with the programs, built
# before; without it they are built here.
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

usage() { sed -n '2,/^set/{/^#/{s/^# \{0,1\}//;p;}}' "$0" >&2; exit 2; }

dest=${DESTDIR-}
check=
sample=$root/deploy/halls/luotian
programs=
while [ $# -gt 0 ]; do
	case $1 in
	--check) check=1 ;;
	--hall) [ $# -gt 1 ] && [ -f "$2/hall.yaml" ] || { say "--hall: want a folder with hall.yaml"; exit 2; }; sample=$2; shift ;;
	hall | centre | kiosk@?* | display@?*) programs="$programs $1" ;;
	*) usage ;;
	esac
	shift
done
[ -n "$programs" ] || usage
if [ -z "$check$dest" ] && [ "$(id -u)" != 0 ]; then
	say "Installing needs root; --check does not."
	exit 1
fi

etc=$dest/etc/hallward
lib=$dest/usr/local/lib/hallward
state=$dest/var/lib/hallward
changed=

act() { # WHAT COMMAND …: does it and says so, or only says so
	what=$1
	shift
	changed=1
	if [ -n "$check" ]; then say "would: $what"; else say "$what"; "$@"; fi
}
own() { [ -n "$dest" ] || chown "$1" "$2"; } # OWNER FILE
put() { # MODE OWNER FROM TO
	mkdir -p "$(dirname "$4")"
	install -m "$1" "$3" "$4.new"
	own "$2" "$4.new"
	mv -f "$4.new" "$4" # in one step: a program may be running
}
keep() { # MODE OWNER FROM TO: the file as it is here
	cmp -s "$3" "$4" || act "install $4" put "$@"
}
begin() { # MODE OWNER FROM TO: only where there is none
	[ -e "$4" ] || act "begin with $4" put "$@"
}
folder() { # MODE OWNER FOLDER
	[ -d "$3" ] || act "make $3" make_folder "$@"
}
make_folder() { mkdir -p "$3" && chmod "$1" "$3" && own "$2" "$3"; }
need() { # PACKAGE …
	[ -z "$dest" ] || return 0
	lacking=
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || lacking="$lacking $p"
	done
	# shellcheck disable=SC2086
	[ -z "$lacking" ] || act "install packages:$lacking" need_packages $lacking
}

screens=
binaries=hallctl
for p in $programs; do
	binaries="$binaries ${p%@*}"
	case $p in *@*) screens=1 ;; esac
done
if [ -n "$screens" ]; then
	need xserver-xorg-core xserver-xorg-input-libinput xauth libgl1 libgl1-mesa-dri libx11-6 libxrandr2 libxxf86vm1 libxi6 libxcursor1 libxinerama1
fi
case " $programs " in
*" hall "*) need alsa-utils ;; # aplay, for recorded voices
esac

# Programs.
if [ -n "${PROGRAMS-}" ]; then
	built=$PROGRAMS
else
	built=$bin
	# shellcheck disable=SC2086
	[ -z "$screens" ] || need $build_packages
	build() {
		need_go
		for b in $binaries; do (cd "$root" && go build -trimpath -o "$bin/" "./cmd/$b"); done
	}
	if [ -n "$check" ]; then say "would: build $binaries"; else build; fi
fi
if [ -z "$dest" ] && ! getent passwd hallward >/dev/null; then
	act "add the user hallward" useradd --system --user-group --home-dir /var/lib/hallward --no-create-home --shell /usr/sbin/nologin hallward
fi
for b in $binaries; do keep 755 root: "$built/$b" "$lib/$b"; done
if [ "$(readlink "$dest/usr/local/bin/hallctl" 2>/dev/null)" != /usr/local/lib/hallward/hallctl ]; then
	link() { mkdir -p "$dest/usr/local/bin" && ln -sf /usr/local/lib/hallward/hallctl "$dest/usr/local/bin/hallctl"; }
	act "link $dest/usr/local/bin/hallctl" link
fi

# Configuration: readable for the programs, writable for root.
folder 750 root:hallward "$etc"
folder 750 hallward:hallward "$state"
folder 700 hallward:hallward "$state/pki"
nodes=
for p in $programs; do
	case $p in
	hall)
		for f in hall services staff windows controller; do
			from=$sample/$f.yaml
			# A hall without a controller's file of its own begins with the sample's.
			[ -f "$from" ] || from=$root/deploy/halls/luotian/$f.yaml
			begin 640 root:hallward "$from" "$etc/$f.yaml"
		done
		if [ -d "$sample/photos" ]; then
			folder 750 root:hallward "$etc/photos"
			for f in "$sample"/photos/*; do begin 640 root:hallward "$f" "$etc/photos/${f##*/}"; done
		fi
		nodes="$nodes hall"
		;;
	centre)
		begin 640 root:hallward "$root/deploy/halls/luotian/centre.yaml" "$etc/centre.yaml"
		nodes="$nodes centre"
		;;
	*)
		node=${p#*@}
		from=$sample/$node.yaml
		[ -f "$from" ] || { [ -f "$etc/$node.yaml" ] || { say "There is no $from: write $etc/$node.yaml first."; exit 1; }; }
		[ -e "$etc/$node.yaml" ] || begin 640 root:hallward "$from" "$etc/$node.yaml"
		nodes="$nodes $node"
		;;
	esac
done

# Certificates. The authority stays where the hall controller is installed, for
# root alone; the programs get copies of what is theirs.
[ -r "$etc/hall.yaml" ] && sample=$etc
hall_id=$(sed -n 's/^ *id: *\([a-z0-9-]*\).*/\1/p' "$sample/hall.yaml" | head -n1)
authority=$etc/authority
issue() { # NODE
	if [ ! -f "$authority/ca.crt" ]; then
		mkdir -p "$authority" && chmod 700 "$authority"
		"$lib/hallctl" pki init --dir "$authority" --name "Hallward $hall_id"
	fi
	hosts=
	case $1 in
	hall | centre)
		hosts="--host localhost --host 127.0.0.1 --host $(hostname)"
		for a in $(hostname -I 2>/dev/null); do hosts="$hosts --host $a"; done
		;;
	esac
	# shellcheck disable=SC2086
	[ -f "$authority/$1.crt" ] || "$lib/hallctl" pki issue --dir "$authority" $hosts "$hall_id/$1"
}
certify() { # NODE
	issue "$1"
	put 644 hallward:hallward "$authority/ca.crt" "$state/pki/ca.crt"
	[ ! -f "$authority/ca.crl" ] || put 644 hallward:hallward "$authority/ca.crl" "$state/pki/ca.crl"
	put 600 hallward:hallward "$authority/$1.key" "$state/pki/$1.key"
	put 644 hallward:hallward "$authority/$1.crt" "$state/pki/$1.crt"
	case " $programs " in
	*" kiosk@$1 "*) # the same key for all kiosks of the hall
		[ -f "$authority/person.key" ] || "$lib/hallctl" personkey "$authority/person.key"
		put 600 hallward:hallward "$authority/person.key" "$state/pki/person.key"
		;;
	esac
}
case " $programs " in *' hall '*) here=1 ;; *) here= ;; esac
lacking=
for n in $nodes; do
	[ -f "$state/pki/$n.crt" ] && continue
	if [ -n "$here" ] || [ -f "$authority/ca.key" ]; then
		act "make the certificate of $n" certify "$n"
	else
		lacking="$lacking $n"
	fi
done

# Units and rules.
units=
for p in $programs; do
	case $p in
	*@*) file=hallward-${p%@*}@.service ;;
	*) file=hallward-$p.service ;;
	esac
	keep 644 root: "$root/deploy/systemd/$file" "$dest/etc/systemd/system/$file"
	units="$units hallward-$p.service"
done
keep 644 root: "$root/deploy/udev/60-hallward.rules" "$dest/etc/udev/rules.d/60-hallward.rules"
begin 644 root: "$root/deploy/udev/61-hallward-ports.rules" "$dest/etc/udev/rules.d/61-hallward-ports.rules"
if [ -n "$screens" ]; then
	keep 644 root: "$root/deploy/systemd/hallward-screen.service" "$dest/etc/systemd/system/hallward-screen.service"
	keep 644 root: "$root/deploy/xorg/60-hallward.conf" "$dest/etc/X11/xorg.conf.d/60-hallward.conf"
	keep 644 root: "$root/deploy/sysctl/60-hallward.conf" "$dest/etc/sysctl.d/60-hallward.conf"
fi
if [ -n "$changed" ] && [ -z "$dest" ]; then
	if [ ! -d /run/systemd/system ]; then
		say "systemd does not run here: enable$units where it does."
	else
		start() {
			systemctl daemon-reload
			udevadm control --reload && udevadm trigger
			if [ -n "$screens" ]; then
				sysctl -q -p /etc/sysctl.d/60-hallward.conf
				systemctl mask ctrl-alt-del.target
			fi
			# shellcheck disable=SC2086
			systemctl enable $units
			# shellcheck disable=SC2086
			[ -n "$lacking" ] || systemctl restart $units
		}
		act "enable and start$units" start
	fi
fi

if [ -n "$lacking" ]; then
	say "Certificates are missing:$lacking. On the machine of the hall controller:"
	for n in $lacking; do say "  hallctl pki issue --dir /etc/hallward/authority $hall_id/$n"; done
	say "Bring ca.crt and each pair from there into $state/pki, owned by hallward, keys with mode 0600;"
	[ -z "$screens" ] || say "for kiosks also person.key (hallctl personkey FILE makes it), the same on all of them;"
	say "then systemctl restart$units"
fi
[ -n "$changed" ] || say "Everything is as it should be."
