webSocket.send("Hello World!");
