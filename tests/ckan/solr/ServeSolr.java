import org.apache.solr.embedded.JettySolrRunner;

/** Serves the Solr home args[0] at http://127.0.0.1:args[1]/solr until SIGTERM. */
public final class ServeSolr {
  public static void main(String[] args) throws Exception {
    JettySolrRunner solr = new JettySolrRunner(args[0], "/solr", Integer.parseInt(args[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        solr.stop();
      } catch (Exception fault) {
        fault.printStackTrace();
      }
    }));
    solr.start();
    Thread.currentThread().join();
  }
}
