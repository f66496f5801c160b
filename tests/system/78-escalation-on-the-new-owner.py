# Escalations depend on the notification number: the owner sends notification 1 and is killed, and the new owner sends notification 2, to the contacts of the escalation for number 2.
# F03 I6
from cluster import check, cluster, main
from nodefiles import reload_core
from notifications import NotificationsOf

FILE = "/etc/nagios4/conf.d/escalation.cfg"
TEXT = """define contact {
  contact_name boss
  alias contact of the escalation
  host_notification_period always
  service_notification_period always
  host_notification_options d,u,r
  service_notification_options w,u,c,r
  host_notification_commands notify-host
  service_notification_commands notify-service
}
define service {
  use lab-service
  host_name host0005
  service_description lasting
  notification_interval 6
}
define serviceescalation {
  host_name host0005
  service_description lasting
  first_notification 2
  last_notification 0
  notification_interval 6
  contacts boss
}
"""


def test():
    with cluster(hosts=12, services=2, interval=2, fresh=True) as c:
        for node in c.nodes:
            c.write(node, FILE, TEXT)
            reload_core(c, node)
        c.wait_settled()
        target = NotificationsOf(c, "host0005", "lasting")
        owner = c.owner(target.host)
        others = [node for node in c.nodes if node != owner]
        target.flag("critical", "the fan is broken")
        target.wait_notified(1)
        c.kill(owner, "all")
        c.wait_settled(others, timeout_s=20)
        new = c.owner(target.host, others[0])
        target.wait_notified(2, timeout_s=20)
        contacts = [row[2] for row in c.notifications(target.since) if tuple(row[4:6]) == ("host0005", "lasting")]
        target.check_notified([(owner, "PROBLEM", 1), (new, "PROBLEM", 2)], "notifications")
        check(contacts[0] != "boss" and contacts[1] == "boss", f"notified contacts: {contacts}")
        target.flag("ok")
        target.wait_notified(1, "RECOVERY")
        for node in c.nodes:
            c.run(node, "rm", FILE)


main(test)
