package samples_test

import (
	"context"
	"debug/elf"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

const containerfile = samples + "/container/Containerfile"

// user is who the program runs as in the image, and in the pods.
const user = 65532

// stage is a stage of the Containerfile: its instructions, as they stand there.
type stage []*parser.Node

func readContainerfile() (stages []stage, err error) {
	file, err := os.Open(containerfile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	result, err := parser.Parse(file)
	if err != nil {
		return nil, err
	}
	for _, node := range result.AST.Children {
		if strings.EqualFold(node.Value, "FROM") {
			stages = append(stages, nil)
		}
		stages[len(stages)-1] = append(stages[len(stages)-1], node)
	}
	return stages, nil
}

// instructions are what stands behind a word, such as RUN.
func (s stage) instructions(word string) (all []string) {
	for _, node := range s {
		if strings.EqualFold(node.Value, word) {
			all = append(all, strings.TrimSpace(node.Original[len(word):]))
		}
	}
	return all
}

// The image is nothing but the program and the certificates that it trusts.
func TestImageIsBare(t *testing.T) {
	stages, err := readContainerfile()
	if err != nil {
		t.Fatal(err)
	}
	image := stages[len(stages)-1]
	for word, want := range map[string][]string{
		"FROM": {"scratch"}, "USER": {"65532:65532"}, "ENTRYPOINT": {`["/entraphone"]`}, "VOLUME": {"/state"}, "ENV": {"ENTRAPHONE_STATE=/state/entraphone"},
		"RUN": nil, "SHELL": nil, "CMD": nil, "ADD": nil,
	} {
		if got := image.instructions(word); !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
	var copied []string
	for _, line := range image.instructions("COPY") {
		words := strings.Fields(line)
		copied = append(copied, words[len(words)-1])
		if words[0] != "--from=build" {
			t.Errorf("COPY %s is not from what was built", line)
		}
	}
	if slices.Sort(copied); !slices.Equal(copied, []string{"/entraphone", "/etc/ssl/certs/ca-certificates.crt", "/state"}) {
		t.Errorf("the image has %q", copied)
	}
}

// The Containerfile's command builds a program that needs no other file.
func TestProgramIsStatic(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("THE PROGRAM WAS NOT EXAMINED: only on Linux it is the one of the image")
	}
	binary, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	for _, p := range binary.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the program needs a dynamic linker")
		}
	}
	if binary.Section(".debug_info") != nil {
		t.Error("the program is not stripped")
	}
}

// imageTest imports into the simulator in the program, and keeps the run.
var imageTest = []string{"import", "/input/phones.csv", "--config=/etc/entraphone/entraphone.yaml", "--simulate", "--max-changes=100%", "--rate=unlimited", "--limit=20", "--min-rows=20"}

// The image is built where there is something to build it with, and runs there without
// any privilege and without the network.
func TestImageIsBuilt(t *testing.T) {
	builder := findBuilder()
	if builder == "" {
		t.Skip("THE IMAGE WAS NOT BUILT: there is no podman, no docker with an engine, and no buildah")
	}
	stages, err := readContainerfile()
	if err != nil {
		t.Fatal(err)
	}
	from := strings.Fields(stages[0].instructions("FROM")[0])[0]
	if exec.Command(builder, "inspect", from).Run() != nil {
		limited, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		if out, err := exec.CommandContext(limited, builder, "pull", from).CombinedOutput(); err != nil {
			t.Skipf("THE IMAGE WAS NOT BUILT: %s cannot get %s: %v\n%s", builder, from, err, out)
		}
	}
	const image = "localhost/entraphone-samples-test"
	command := exec.CommandContext(t.Context(), builder, "build", "-f", "samples/container/Containerfile", "-t", image, ".")
	command.Dir = source
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s build: %v\n%s", builder, err, out)
	}
	t.Cleanup(func() { _ = exec.Command(builder, "rmi", image).Run() })
	if builder == "buildah" {
		t.Log("THE IMAGE WAS BUILT, AND NOT RUN: buildah only builds")
		return
	}
	m := newMachine(t, people)
	opened(t, m)
	run := exec.CommandContext(t.Context(), builder, append([]string{
		"run", "--rm", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--network=none",
		"-v", m.path("/input") + ":/input:ro", "-v", m.path("/etc/entraphone") + ":/etc/entraphone:ro", image,
	}, imageTest...)...)
	if out, err := run.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s: %v\n%s", run, err, out)
	}
}

// findBuilder is a program that builds images here.
func findBuilder() string {
	for _, builder := range []string{"podman", "docker", "buildah"} {
		if exec.Command(builder, "info").Run() == nil {
			return builder
		}
	}
	return ""
}

// opened lets the user of the image read what newMachine has made, but for the secrets.
func opened(t *testing.T, m machine) {
	t.Helper()
	for _, path := range []string{"/input", "/input/phones.csv", "/etc", "/etc/entraphone", "/etc/entraphone/entraphone.yaml"} {
		if err := os.Chmod(m.path(path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
