// 文本
ws.send('your message');

// Blob
var file = document.querySelector('input[type="file"]').files[0];
ws.send(file);

//ArrayBuffer
var img = canvas_context.getImageData(0, 0, 400, 320);
var binary = new Uint8Array(img.data.length);
for (var i = 0; i < img.data.length; i++) {
  binary[i] = img.data[i];
}
ws.send(binary.buffer);
