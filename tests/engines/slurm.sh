#!/usr/bin/env bash
# Slurm: an array with a task a shard, on a cluster of this computer alone; one task's process is killed, and the array is
# submitted again: a shard that is through has nothing to do. Everything lies in a temporary folder; it is run as root, as slurmd wants it.
#
#     apt install slurmctld slurmd slurm-client slurm-wlm-basic-plugins; pip install pillow
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:-$here/../../target/release/kosmoscope}")
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null; sleep 1; rm -rf "$work"' EXIT
export SLURM_CONF=$work/slurm.conf
mkdir "$work"/{state,spool,pictures}
cat > "$SLURM_CONF" <<END
ClusterName=here
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/none
CredType=cred/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
JobRequeue=1
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=$(hostname) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$(hostname) Default=YES MaxTime=INFINITE State=UP
END
slurmctld
slurmd
python3 - "$here/../../assets/samples" "$work/pictures" <<'END'
import pathlib, sys
from PIL import Image
samples = [Image.open(path).convert("RGB").resize((320, 240)) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.png"))]
for n in range(200):
    samples[n % len(samples)].crop((n % 20, n % 13, 320 - n % 7, 240 - n % 5)).save(f"{sys.argv[2]}/{n}.jpg")
END
"$program" batch "$work/pictures" --out "$work/alone" 2>/dev/null
cat > "$work/job.sh" <<END
#!/bin/bash
#SBATCH --array=0-3
#SBATCH --cpus-per-task=1
#SBATCH --output=$work/job-%a.log
"$program" batch "$work/pictures" --out "$work/parts" --shard auto
END
submit() { sbatch --parsable "$work/job.sh"; }
ended() { while [ -n "$(squeue -h -j "$1" 2>/dev/null)" ]; do sleep 1; done; }
job=$(submit)
until [ "$(cat "$work"/parts/part-*.jsonl 2>/dev/null | wc -l)" -ge 20 ]; do sleep 0.05; done
victim=$(pgrep -f "^$program batch $work/pictures --out $work/parts" | head -1)
kill -9 "$victim"
echo "killed process $victim"
ended "$job"
"$program" batch status "$work/parts" || true
ended "$(submit)"
cmp <("$program" batch merge "$work/parts") <("$program" batch merge "$work/alone")
echo "the same: $("$program" batch merge "$work/parts" | wc -l) answers"
