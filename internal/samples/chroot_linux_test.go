package samples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Without an engine the image's root is made by hand: the program alone, as the user of
// the image, in a folder in which it may write nothing but the state.
func TestProgramNeedsNothingElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("THE IMAGE'S ROOT WAS NOT TRIED: only root can")
	}
	m := newMachine(t, people)
	opened(t, m)
	binary, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(m.path("/entraphone"), binary, 0o755)
	}
	if err == nil {
		err = os.Chown(m.path("/state"), user, user)
	}
	if err == nil {
		err = os.Chmod(m.root, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "/entraphone", imageTest...)
	command.Dir, command.Env = "/", []string{"ENTRAPHONE_STATE=/state/entraphone"}
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: m.root, Credential: &syscall.Credential{Uid: user, Gid: user}}
	if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	runs, err := filepath.Glob(m.path("/state/entraphone/runs/*/results.csv"))
	if err != nil || len(runs) != 1 {
		t.Errorf("the volume has the results %v (%v), want one", runs, err)
	}
}
