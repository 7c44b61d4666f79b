/** System calls by their numbers on x86_64 and aarch64; undefined where an architecture does not have one. */
type Numbers = readonly [x64: number, arm64: number | undefined];

/** Refused with EPERM: what a container engine refuses, and what nobody needs in order to test an app over its network. */
export const REFUSED: Readonly<Record<string, Numbers>> = {
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  process_madvise: [440, 440],
  // Mounts and roots.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  // Namespaces; `clone` is judged by its flags.
  unshare: [272, 97],
  setns: [308, 268],
  // Keys belong to a user, not to a namespace.
  keyctl: [250, 219],
  add_key: [248, 217],
  request_key: [249, 218],
  // Large parts of the kernel with a history.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  fanotify_init: [300, 262],
  lookup_dcookie: [212, 18],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  // Files by their inode, past every path.
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // The machine itself.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  syslog: [103, 116],
  vhangup: [153, 58],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  modify_ldt: [154, undefined],
  mbind: [237, 235],
  set_mempolicy: [238, 237],
  set_mempolicy_home_node: [450, 450],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  // Of kernels long ago.
  create_module: [174, undefined],
  get_kernel_syms: [177, undefined],
  query_module: [178, undefined],
  nfsservctl: [180, 42],
  _sysctl: [156, undefined],
  uselib: [134, undefined],
  ustat: [136, undefined],
  sysfs: [139, undefined],
};

/** Answered with ENOSYS, so that programs do it another way: what these are to do lies in memory, where no filter sees it. */
export const ABSENT: Readonly<Record<string, Numbers>> = {
  clone3: [435, 435],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
};

/** Judged by their arguments. */
export const JUDGED = {
  clone: [56, 220],
  socket: [41, 198],
  personality: [135, 92],
  ioctl: [16, 29],
} as const satisfies Readonly<Record<string, Numbers>>;

/** `mseal`: the last call that was known when this list was made. Numbers are the same on both from 424 on. */
export const LAST_KNOWN = 462;
