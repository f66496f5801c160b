"""The files of a node. The object configuration is the same, byte for byte, on all nodes of a lab."""
import os

CONTACT = "admin"
PORT = 15551
HOSTGROUPS = 4
BYTES_PER_OBJECT = 8192  # disk space of a node: status.dat, retention.dat, objects.cache, logs, the store
DISK_MIN_KIB = 256 * 1024


def disk_kib(hosts, services):
    return DISK_MIN_KIB + hosts * (services + 1) * BYTES_PER_OBJECT // 1024


def host_name(number):
    return f"host{number:04d}"


def host_address(number):
    """An address of the range for measurements (RFC 2544): no packet is ever sent to it."""
    return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def service_name(number):
    return f"svc{number:02d}"


def passive_name(number):
    return f"passive{number:02d}"


def nagios_cfg(prefix, module, objects, passive=0):
    """nagios.cfg. `prefix` is put before each path; `module` is the broker_module line's value or None. With `passive` services the core
    runs a command for each of their results, which records it."""
    # The core's loop waits while it writes status.dat; a large one is written less often.
    status_interval_s = 3 if objects < 20000 else 10
    lines = f"""# made by scripts/lab
log_file={prefix}/var/log/nagios4/nagios.log
cfg_dir={prefix}/etc/nagios4/conf.d
resource_file={prefix}/etc/nagios4/resource.cfg
object_cache_file={prefix}/var/lib/nagios4/objects.cache
precached_object_file={prefix}/var/lib/nagios4/objects.precache
status_file={prefix}/var/lib/nagios4/status.dat
state_retention_file={prefix}/var/lib/nagios4/retention.dat
command_file={prefix}/var/lib/nagios4/rw/nagios.cmd
query_socket={prefix}/var/lib/nagios4/rw/nagios.qh
check_result_path={prefix}/var/lib/nagios4/spool/checkresults
lock_file={prefix}/run/nagios4/nagios4.pid
temp_file={prefix}/var/lib/nagios4/nagios.tmp
temp_path={prefix}/tmp
log_archive_path={prefix}/var/log/nagios4/archives
debug_file={prefix}/var/log/nagios4/nagios.debug
nagios_user=nagios
nagios_group=nagios
interval_length=1
status_update_interval={status_interval_s}
check_result_reaper_frequency=1
max_check_result_reaper_time=5
check_workers=3
max_concurrent_checks=0
retain_state_information=1
retention_update_interval=1
use_retained_program_state=1
use_retained_scheduling_info=1
check_external_commands=1
event_broker_options=-1
log_rotation_method=n
use_syslog=0
log_notifications=1
log_service_retries=1
log_host_retries=1
log_event_handlers=1
log_initial_states=0
log_external_commands=1
log_passive_checks=1
execute_host_checks=1
execute_service_checks=1
accept_passive_host_checks=1
accept_passive_service_checks=1
enable_notifications=1
enable_event_handlers=1
enable_flap_detection=0
process_performance_data=0
check_for_updates=0
cached_host_check_horizon=0
cached_service_check_horizon=0
check_for_orphaned_hosts=1
check_for_orphaned_services=1
check_host_freshness=0
check_service_freshness=0
host_check_timeout=30
service_check_timeout=60
notification_timeout=30
event_handler_timeout=30
enable_environment_macros=0
use_large_installation_tweaks=1
illegal_macro_output_chars=`~$&|'"<>
debug_level=0
daemon_dumps_core=0
date_format=iso8601
"""
    if passive:
        lines += "obsess_over_services=1\nocsp_command=note-result\n"
    return lines + (f"broker_module={module}\n" if module else "")


def resource_cfg(plugins, logs, flags, node):
    return f"$USER1$={plugins}\n$USER2$={logs}\n$USER3$={flags}\n$USER4$={node}\n"


def commands_cfg():
    log = "$USER1$/check_lab $USER2$ $USER4$ --log"
    commands = {
        "check-lab-host": "$USER1$/check_lab $USER2$ $USER4$ $USER3$ $HOSTNAME$",
        "check-lab-service": "$USER1$/check_lab $USER2$ $USER4$ $USER3$ $HOSTNAME$ $SERVICEDESC$",
        "notify-host": f"{log} notifications.log $CONTACTNAME$ $NOTIFICATIONTYPE$ $HOSTNAME$ - $HOSTSTATE$ "
                       "$HOSTNOTIFICATIONNUMBER$",
        "notify-service": f"{log} notifications.log $CONTACTNAME$ $NOTIFICATIONTYPE$ $HOSTNAME$ $SERVICEDESC$ "
                          "$SERVICESTATE$ $SERVICENOTIFICATIONNUMBER$",
        "note-result": f"{log} results.log $HOSTNAME$ $SERVICEDESC$ $SERVICESTATE$ $SERVICEOUTPUT$",
        "handle-host": f"{log} eventhandlers.log $HOSTNAME$ - $HOSTSTATE$ $HOSTSTATETYPE$ $HOSTATTEMPT$",
        "handle-service": f"{log} eventhandlers.log $HOSTNAME$ $SERVICEDESC$ $SERVICESTATE$ $SERVICESTATETYPE$ "
                          "$SERVICEATTEMPT$",
    }
    return "\n".join(f"define command {{\n  command_name {name}\n  command_line {line}\n}}"
                     for name, line in commands.items()) + "\n"


def templates_cfg(interval):
    retry = max(1, interval // 6)
    days = "\n".join(f"  {day} 00:00-24:00" for day in
                     ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"))
    return f"""define timeperiod {{
  timeperiod_name always
  alias always
{days}
}}
define timeperiod {{
  timeperiod_name never
  alias never
}}
define contact {{
  contact_name {CONTACT}
  _SHIFT early
  alias the contact of all objects
  host_notification_period always
  service_notification_period always
  host_notification_options d,u,r,f,s
  service_notification_options w,u,c,r,f,s
  host_notification_commands notify-host
  service_notification_commands notify-service
}}
define contactgroup {{
  contactgroup_name admins
  alias admins
  members {CONTACT}
}}
define host {{
  name lab-host
  register 0
  _PLACE cellar
  check_command check-lab-host
  check_interval {interval}
  retry_interval {retry}
  max_check_attempts 2
  check_period always
  active_checks_enabled 1
  passive_checks_enabled 1
  event_handler handle-host
  event_handler_enabled 1
  contact_groups admins
  notification_interval {interval * 10}
  notification_period always
  notification_options d,u,r,f,s
}}
define service {{
  name lab-service
  register 0
  _OWNER nobody
  check_command check-lab-service
  obsess_over_service 0
  check_interval {interval}
  retry_interval {retry}
  max_check_attempts 3
  check_period always
  active_checks_enabled 1
  passive_checks_enabled 1
  event_handler handle-service
  event_handler_enabled 1
  contact_groups admins
  notification_interval {interval * 10}
  notification_period always
  notification_options w,u,c,r,f,s
}}
"""


def hosts_cfg(hosts, services, passive):
    """All hosts are in hostgroup "lab", and distributed over lab-1, lab-2, ..."""
    parts = [f"define hostgroup {{\n  hostgroup_name lab\n  alias all hosts of the lab\n}}\n"]
    for number in range(1, min(HOSTGROUPS, hosts) + 1):
        parts.append(f"define hostgroup {{\n  hostgroup_name lab-{number}\n  alias part {number} of the lab's hosts\n}}\n")
    for number in range(1, hosts + 1):
        parts.append(f"define host {{\n  use lab-host\n  host_name {host_name(number)}\n  alias {host_name(number)}\n"
                     f"  address {host_address(number)}\n  hostgroups lab,lab-{(number - 1) % HOSTGROUPS + 1}\n}}\n")
    for number in range(1, services + 1):
        parts.append(f"define service {{\n  use lab-service\n  hostgroup_name lab\n"
                     f"  service_description {service_name(number)}\n}}\n")
    for number in range(1, passive + 1):
        parts.append(f"define service {{\n  use lab-service\n  hostgroup_name lab\n  service_description {passive_name(number)}\n"
                     f"  active_checks_enabled 0\n  obsess_over_service 1\n}}\n")
    return "".join(parts)


def object_files(hosts, services, interval, passive=0):
    """{file name in conf.d: text}."""
    return {"commands.cfg": commands_cfg(), "templates.cfg": templates_cfg(interval),
            "hosts.cfg": hosts_cfg(hosts, services, passive)}


def peer_block(name, address, fingerprint):
    return (f"\npeer {name} {{\n  address = {address}\n  port = {PORT}\n"
            f"  fingerprint = {fingerprint}\n}}\n")


def merlin_conf(node, peers, plain_folder=None):
    """merlin.conf of `node`; each of `peers` is (name, address, fingerprint). A plain node has its own value for every path."""
    text = f"# made by scripts/lab\nnode_name = {node['name']}\ncluster = lab\n"
    if plain_folder:
        run, log, lib = (os.path.join(plain_folder, d, "merlin") for d in ("run", "var/log", "var/lib"))
        text += f"""address = {node['address4']}
port = {PORT}
ipc_socket = {run}/merlind.sock
log_file = {log}/merlind.log
module {{
  log_file = {log}/module.log
}}
daemon {{
  pidfile = {run}/merlind.pid
  control_socket = {run}/control.sock
  state_dir = {lib}
}}
core {{
  type = nagios4
  config = {plain_folder}/etc/nagios4/nagios.cfg
}}
"""
    return text + "".join(peer_block(*peer) for peer in peers)
