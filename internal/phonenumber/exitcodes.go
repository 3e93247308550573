package phonenumber

import (
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
)

// behindPlus reads digits behind a "+" that begin with an exit code, of which the
// "+" is a repetition: no country code begins with 0.
func behindPlus(w written, region Region) []interpretation {
	d := look(w.digits, region.Code)
	if d.err != nil || d.Source != plans.ExitCode {
		return []interpretation{{dialled: d, refused: refuse(authmethod.CodeCountryCode)}}
	}
	return []interpretation{interpretation{dialled: d}.behindExit(w.digits)}
}

// behindExitCode reads digits that begin with 00: as "+", with an exit code of
// the region that is longer (0011 in Australia, 009 in Nigeria), or with a 0 too
// many, which is only ever a reason to refuse. E.123 writes + for any exit code, and
// ITU-T recommends 00 as the one: people use it where it is not dialled, too.
func behindExitCode(w written, region Region) []interpretation {
	own := dialled{err: plans.ErrCountryCode}
	if region.Code != "" {
		own = look(w.digits, region.Code)
	}
	byExit := own.err == nil && own.Source == plans.ExitCode
	ways := international(w, w.digits[2:], strings.TrimPrefix(w.without, "00"))
	if byExit && behindLongExit(w, own, ways[0].dialled, region) {
		return []interpretation{interpretation{dialled: own}.behindExit(w.digits)}
	}
	for n := range ways {
		ways[n].notes = append([]authmethod.Problem{authmethod.CodeDoubleZero.Problem()}, ways[n].notes...)
	}
	plain := ways[0].dialled
	if byExit && !own.same(plain) {
		ways = append(ways, interpretation{dialled: own}.behindExit(w.digits))
	}
	return append(ways, zeroTwice(w, region, plain, byExit && own.same(plain))...)
}

// behindLongExit reports whether the region's own exit code stands in front, is
// longer than 00, and leaves nothing open: the number is the same without it, as
// that of 001 1 206 is, or the exit code is a group that 00 and a country code do
// not make up, as 0011.
func behindLongExit(w written, own, plain dialled, region Region) bool {
	exit, ends := strings.CutSuffix(w.digits, own.code+own.National)
	if !ends || exit == "00" || !isExitCode(exit, region.Code) {
		return false
	}
	return own.same(plain) || w.front() == exit && exit != "00"+plain.code
}

// zeroTwice speaks against an exit code where the digits with a zero less are a
// number of the row's country: the other 0 is the outside line of an office, or a
// slip. Digits that are grouped behind the country code, as an exit code that is
// the region's own makes them, are meant so.
func zeroTwice(w written, region Region, plain dialled, ownExit bool) []interpretation {
	grouped := w.front() == "00"+plain.code || w.front() == "00" && plain.valid()
	if region.Code == "" || ownExit && grouped {
		return nil
	}
	fewer := []string{w.digits[1:]}
	if !ownExit {
		fewer = append(fewer, w.digits[2:])
	}
	for _, digits := range fewer {
		home := look(digits, region.Code)
		if home.valid() && home.Source == plans.National && strings.HasSuffix(digits, home.National) {
			return []interpretation{{dialled: home, against: refuse(authmethod.CodeZeroTwice, region.Code)}}
		}
	}
	return nil
}
