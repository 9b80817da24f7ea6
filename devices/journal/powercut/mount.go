// go-fuse does not compile for 32-bit arm.

//go:build amd64 || arm64

package powercut

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Mount shows the disk as the directory dir until unmount is called, which
// fails while a program has a file of it open. It needs /dev/fuse and root.
func Mount(d *Disk, dir string) (unmount func() error, err error) {
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return nil, fmt.Errorf("powercut: file systems in user space are not there: %w", err)
	}
	long := time.Hour
	server, err := fs.Mount(dir, &folder{disk: d}, &fs.Options{
		MountOptions: fuse.MountOptions{
			DirectMountStrict: true, FsName: "powercut", Name: "powercut", DisableXAttrs: true,
		},
		EntryTimeout: &long, AttrTimeout: &long,
	})
	if err != nil {
		return nil, fmt.Errorf("powercut: mount %s: %w", dir, err)
	}
	return server.Unmount, nil
}

// folder is the one directory of a Disk.
type folder struct {
	fs.Inode
	disk *Disk
}

var (
	_ fs.NodeLookuper  = (*folder)(nil)
	_ fs.NodeReaddirer = (*folder)(nil)
	_ fs.NodeCreater   = (*folder)(nil)
	_ fs.NodeUnlinker  = (*folder)(nil)
	_ fs.NodeRenamer   = (*folder)(nil)
	_ fs.NodeFsyncer   = (*folder)(nil)
	_ fs.NodeStatfser  = (*folder)(nil)
)

func (f *folder) node(ctx context.Context, name string, c *content, out *fuse.EntryOut) *fs.Inode {
	n := &plain{disk: f.disk, name: name, content: c}
	n.attr(&out.Attr)
	return f.NewInode(ctx, n, fs.StableAttr{Mode: syscall.S_IFREG})
}

func (f *folder) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	c := f.disk.lookup(name)
	if c == nil {
		return nil, syscall.ENOENT
	}
	return f.node(ctx, name, c, out), 0
}

func (f *folder) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	var list []fuse.DirEntry
	for _, name := range f.disk.list() {
		h := fnv.New64()
		h.Write([]byte(name))
		list = append(list, fuse.DirEntry{Name: name, Mode: syscall.S_IFREG, Ino: h.Sum64()})
	}
	return fs.NewListDirStream(list), 0
}

func (f *folder) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	c, errno := f.disk.create(name)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	return f.node(ctx, name, c, out), nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (f *folder) Unlink(_ context.Context, name string) syscall.Errno { return f.disk.unlink(name) }

func (f *folder) Rename(_ context.Context, from string, _ fs.InodeEmbedder, to string, _ uint32) syscall.Errno {
	return f.disk.rename(from, to)
}

func (f *folder) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return f.disk.syncNames()
}

func (f *folder) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	out.Bsize, out.Frsize, out.NameLen = 4096, 4096, 255
	out.Blocks, out.Bfree, out.Bavail = 1<<20, 1<<20, 1<<20
	return 0
}

// plain is a file of a Disk.
type plain struct {
	fs.Inode
	disk    *Disk
	name    string
	content *content
}

var (
	_ fs.NodeOpener    = (*plain)(nil)
	_ fs.NodeReader    = (*plain)(nil)
	_ fs.NodeWriter    = (*plain)(nil)
	_ fs.NodeGetattrer = (*plain)(nil)
	_ fs.NodeSetattrer = (*plain)(nil)
	_ fs.NodeFsyncer   = (*plain)(nil)
)

func (p *plain) attr(a *fuse.Attr) {
	size := uint64(p.disk.size(p.content))
	a.Mode, a.Size, a.Blocks, a.Blksize, a.Nlink = syscall.S_IFREG|0o600, size, (size+511)/512, 4096, 1
	a.Uid, a.Gid = uint32(os.Getuid()), uint32(os.Getgid())
}

func (p *plain) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (p *plain) Read(_ context.Context, _ fs.FileHandle, into []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n, errno := p.disk.read(p.content, into, off)
	return fuse.ReadResultData(into[:n]), errno
}

func (p *plain) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if errno := p.disk.write(p.name, p.content, data, off); errno != 0 {
		return 0, errno
	}
	return uint32(len(data)), 0
}

func (p *plain) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	p.attr(&out.Attr)
	return 0
}

func (p *plain) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		if errno := p.disk.truncate(p.name, p.content, int64(size)); errno != 0 {
			return errno
		}
	}
	p.attr(&out.Attr)
	return 0
}

func (p *plain) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return p.disk.sync(p.name, p.content)
}
