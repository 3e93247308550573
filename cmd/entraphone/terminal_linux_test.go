package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/rs/zerolog"

	"entraphone/internal/pace"
)

// terminal is a pseudo-terminal of some columns: what is written to one end comes out
// of the other as a screen gets it.
func terminal(t *testing.T, columns uint16) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there are no terminals here: ", err)
	}
	var number, unlocked int32
	size := [4]uint16{24, columns}
	ioctl(t, keyboard, syscall.TIOCSPTLCK, unsafe.Pointer(&unlocked))
	ioctl(t, keyboard, syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(t, keyboard, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close(); _ = keyboard.Close() })
	return keyboard, screen
}

func ioctl(t *testing.T, file *os.File, what uintptr, value unsafe.Pointer) {
	t.Helper()
	connection, err := file.SyscallConn() // and not Fd, which takes the deadlines away
	if err == nil {
		err = connection.Control(func(fd uintptr) {
			if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, fd, what, uintptr(value)); failed != 0 {
				t.Error(failed)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shows is what stands on a screen after all of the output: it knows the beginning of a
// line, going up and clearing what is below, and leaves out colours.
func shows(output string) string {
	lines, row, column := []string{""}, 0, 0
	for len(output) > 0 {
		var n int
		switch {
		case strings.HasPrefix(output, "\x1b["):
			end := 2 + strings.IndexFunc(output[2:], func(r rune) bool { return r >= '@' && r <= '~' })
			n = end + 1
			switch count, _ := strconv.Atoi(output[2:end]); output[end] {
			case 'A':
				row = max(0, row-count)
			case 'J':
				lines = lines[:row+1]
				lines[row] = lines[row][:min(column, len(lines[row]))]
			}
		case output[0] == '\r':
			n, column = 1, 0
		case output[0] == '\n':
			n, row = 1, row+1
			if row == len(lines) {
				lines = append(lines, "")
			}
		default:
			n = 1
			line := lines[row] + strings.Repeat(" ", max(0, column-len(lines[row])))
			lines[row] = line[:column] + output[:1] + line[min(len(line), column+1):]
			column++
		}
		output = output[n:]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n ")
}

// After Ctrl-C, which a terminal shows where the cursor is, neither a message nor what
// comes last has remains of the progress line in it.
func TestInterruptLeavesACleanScreen(t *testing.T) {
	for _, columns := range []uint16{40, 80, 120} {
		keyboard, screen := terminal(t, columns)
		c := newConsole(screen)
		if !c.terminal || c.width != int(columns) {
			t.Fatalf("a terminal of %d columns has %d (%v)", columns, c.width, c.terminal)
		}
		p := newProgress(c, zerolog.Nop(), "phones", 260, func() pace.Status { return pace.Status{} })
		p.add()
		var output strings.Builder
		seen := 0
		read := func(until string) {
			t.Helper()
			buffer := make([]byte, 4096)
			if err := keyboard.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			for !strings.Contains(output.String()[seen:], until) {
				n, err := keyboard.Read(buffer)
				if err != nil {
					t.Fatalf("reading the screen until %q: %v in %q", until, err, output.String())
				}
				output.Write(buffer[:n])
			}
			seen += strings.Index(output.String()[seen:], until) + len(until)
		}
		read("1/260 phones")
		interrupt := func() {
			t.Helper()
			if _, err := keyboard.WriteString("\x03"); err != nil {
				t.Fatal(err)
			}
			read("^C") // a terminal drops what is on its way until then
		}
		interrupt()
		fmt.Fprintln(c, "WRN stopping")
		read("WRN stopping")
		interrupt()
		p.end()
		fmt.Fprintln(screen, "Stopped before the end")
		read("before the end\r\n")
		if got, want := shows(output.String()), "WRN stopping\nStopped before the end"; got != want {
			t.Errorf("on %d columns the screen shows\n%s\nwant\n%s\nby %q", columns, got, want, output.String())
		}
	}
}
