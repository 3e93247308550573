package graphsim_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"
)

// TestStaleReads: all ways to read share the count, reads of others do not
// touch it, a write begins it anew, and rules go by what truly stands.
func TestStaleReads(t *testing.T) {
	s := newSim(graphsim.Config{Directory: bobAndAlice(), Assumed: graphsim.Assumed{StaleReads: 3}})
	wants := func(what, path, want string) {
		t.Helper()
		if got := send(t, s, "GET", path, ""); !strings.Contains(got.body, want) {
			t.Errorf("%s: %s, want %s", what, got.body, want)
		}
	}
	create(t, s, alice, "mobile", "+1 2065550123")
	wants("first", phonesPath(alice), `"value":[]`)
	wants("another user", phonesPath(bob), "2065550100")
	if got := create(t, s, alice, "mobile", "+1 2065550123"); got.code(t) != "badRequest" {
		t.Errorf("a second create = %s, want it refused as a duplicate", got.body)
	}
	wants("second", phonePath(alice, mobileID), "itemNotFound")
	wants("third", phonesPath(alice)+"/$count", "0")
	wants("fourth", phonesPath(alice), "2065550123")
	send(t, s, "PATCH", phonePath(alice, mobileID), phoneJSON("mobile", "+1 2065550124"))
	wants("before an update", phonesPath(alice), "2065550123")
	send(t, s, "POST", phonePath(alice, mobileID)+"/disableSmsSignIn", "")
	for range 3 {
		wants("before both writes", phonesPath(alice), `"+1 2065550123","phoneType":"mobile","smsSignInState":"ready"`)
	}
	wants("after all", phonesPath(alice), `"+1 2065550124","phoneType":"mobile","smsSignInState":"notEnabled"`)
	if got := s.Phones(alice)["mobile"]; got != "+1 2065550124" {
		t.Errorf("the phone that stands is %s", got)
	}
}

// TestReadsLag: by time, by count and by both, in each direction, and writes see
// what stands all the while.
func TestReadsLag(t *testing.T) {
	const old, new, none = "+1 2065550100", "+1 2065550199", ""
	type at struct {
		time time.Duration
		want string // the mobile that the list shows
	}
	creates := func(t *testing.T, s *graphsim.Simulator) int { return create(t, s, alice, "mobile", new).status }
	tests := []struct {
		name, assumed string
		user          string
		write         func(*testing.T, *graphsim.Simulator) int
		done, again   int // statuses of the write, at 0 s and once more at 1 s
		reads         []at
	}{
		// The second create is refused, and so begins nothing anew.
		{"created", "readLag: 5s", alice, creates, 201, 400, []at{{0, none}, {4999 * time.Millisecond, none}, {5 * time.Second, new}}},
		{"removed", "readLag: 5s", bob, func(t *testing.T, s *graphsim.Simulator) int {
			return send(t, s, "DELETE", phonePath(bob, mobileID), "").status
		}, 204, 404, []at{{0, old}, {4999 * time.Millisecond, old}, {5 * time.Second, none}}},
		// The second update is done, and the lag begins anew at 1 s.
		{"changed", "readLag: 5s", bob, func(t *testing.T, s *graphsim.Simulator) int {
			return send(t, s, "PATCH", phonePath(bob, mobileID), phoneJSON("mobile", new)).status
		}, 204, 204, []at{{0, old}, {5999 * time.Millisecond, old}, {6 * time.Second, new}}},
		{"the count ends later", "readLag: 2s, staleReads: 3", alice, creates, 201, 400,
			[]at{{0, none}, {3 * time.Second, none}, {3 * time.Second, none}, {3 * time.Second, new}}},
		{"the time ends later", "readLag: 2s, staleReads: 1", alice, creates, 201, 400,
			[]at{{0, none}, {time.Second, none}, {2 * time.Second, new}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				config := scenario(t, "assumed: {"+test.assumed+"}")
				config.Directory = bobAndAlice()
				s, start := newSim(config), time.Now()
				if got := test.write(t, s); got != test.done {
					t.Errorf("the write answers %d, want %d", got, test.done)
				}
				for i, read := range test.reads {
					if i == 1 {
						time.Sleep(time.Second - time.Since(start))
						if got := test.write(t, s); got != test.again {
							t.Errorf("the same write answers %d, want %d", got, test.again)
						}
					}
					time.Sleep(read.time - time.Since(start))
					if got := shownMobile(t, s, test.user); got != read.want {
						t.Errorf("read %d, after %v, shows %q, want %q", i+1, read.time, got, read.want)
					}
				}
			})
		})
	}
}

func shownMobile(t *testing.T, s *graphsim.Simulator, user string) string {
	t.Helper()
	_, rest, _ := strings.Cut(send(t, s, "GET", phonesPath(user), "").body, `"id":"`+mobileID+`","phoneNumber":"`)
	number, _, _ := strings.Cut(rest, `"`)
	return number
}

// TestReadFlicker: within the lag about half of the reads show what stands, the
// same ones for the same seed, and after it all do.
func TestReadFlicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := func(seed int) (shown string) {
			s := newSim(scenario(t, fmt.Sprintf("{seed: %d, assumed: {readLag: 10s, readFlicker: true}}", seed)))
			create(t, s, alice, "mobile", "+1 2065550123")
			for range 100 {
				shown += map[bool]string{true: "x", false: "-"}[shownMobile(t, s, alice) != ""]
			}
			time.Sleep(10 * time.Second)
			for range 10 {
				if shownMobile(t, s, alice) == "" {
					t.Error("the phone is not shown when the lag is over")
				}
			}
			return shown
		}
		one, same, other := reads(1), reads(1), reads(2)
		if n := strings.Count(one, "x"); n < 30 || n > 70 {
			t.Errorf("%d of 100 reads show the phone, want about half: %s", n, one)
		}
		if one != same || one == other {
			t.Errorf("by seed: %s\nthe same seed: %s\nanother: %s", one, same, other)
		}
	})
}
