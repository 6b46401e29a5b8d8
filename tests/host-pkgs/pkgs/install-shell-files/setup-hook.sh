# shellcheck shell=bash
# installShellCompletion --cmd NAME --bash FILE --fish FILE --zsh FILE: the part of nixpkgs' function that we use.
installShellCompletion() {
  local command='' kind target
  while [ $# -gt 1 ]; do
    kind=$1
    case $kind in
      --cmd) command=$2 ;;
      --bash) target=bash-completion/completions/$command.bash ;;
      --fish) target=fish/vendor_completions.d/$command.fish ;;
      --zsh) target=zsh/site-functions/_$command ;;
      *)
        echo "installShellCompletion: '$kind' is not known to this stand-in" >&2
        return 1
        ;;
    esac
    if [ "$kind" != --cmd ]; then
      # shellcheck disable=SC2154 # the derivation's output
      mkdir -p "$out/share/${target%/*}"
      cat "$2" >"$out/share/$target"
    fi
    shift 2
  done
}

# installManPage FILES…
installManPage() {
  local page
  for page; do
    mkdir -p "$out/share/man/man${page##*.}"
    cp "$page" "$out/share/man/man${page##*.}/"
  done
}
