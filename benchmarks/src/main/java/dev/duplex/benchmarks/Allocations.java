package dev.duplex.benchmarks;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Tells how many bytes of heap all threads of another JVM, a JDK 21 or later, have allocated so far: one number for each
 * line that it reads. Asking costs that JVM a few kilobytes itself.
 *
 * <p>usage: {@code Allocations PID}
 */
public final class Allocations {

    private Allocations() {}

    public static void main(String[] args) throws IOException, AttachNotSupportedException, JMException {
        VirtualMachine machine = VirtualMachine.attach(args[0]);
        String address = machine.startLocalManagementAgent();
        machine.detach();
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address));
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            ObjectName threads = new ObjectName("java.lang:type=Threading");
            // The first call loads what all further ones use.
            beans.getAttribute(threads, "TotalThreadAllocatedBytes");
            while (lines.readLine() != null) {
                System.out.println(beans.getAttribute(threads, "TotalThreadAllocatedBytes"));
            }
        }
    }
}
