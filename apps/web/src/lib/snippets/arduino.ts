import type { IssuedCredential } from '@heliograph/protocol'
import { hostOf, portOf } from './server-address.ts'
import type { Snippet } from './snippet.ts'

export function arduino({ clientId, username, password, topics }: IssuedCredential, server: URL): Snippet {
  const secure = server.protocol === 'mqtts:'
  const code = [
    '#include <WiFi.h>',
    ...(secure ? ['#include <WiFiClientSecure.h>'] : []),
    '#include <MQTT.h>  // the library "MQTT" by Joel Gaehwiler',
    '',
    `${secure ? 'WiFiClientSecure' : 'WiFiClient'} network;`,
    'MQTTClient client(512);',
    '',
    'void refused(String &topic, String &payload) {',
    '  Serial.println("refused: " + payload);',
    '}',
    '',
    'void setup() {',
    '  Serial.begin(115200);',
    '  WiFi.begin("NAME OF YOUR WIFI", "ITS PASSWORD");',
    ...(secure ? ['  network.setInsecure();  // or setCACert() with the certificate of your authority'] : []),
    `  client.begin("${hostOf(server)}", ${portOf(server)}, network);`,
    '  client.onMessage(refused);',
    '}',
    '',
    'void loop() {',
    '  delay(1000);',
    '  if (WiFi.status() != WL_CONNECTED) return;',
    '  if (!client.connected()) {',
    `    bool in = client.connect("${clientId}", "${username}",`,
    `      "${password}");`,
    '    if (!in) {',
    '      Serial.printf("not connected: error %d, return code %d\\n", client.lastError(), client.returnCode());',
    '      return;',
    '    }',
    '    Serial.println("connected");',
    `    client.subscribe("${topics.notices}");`,
    '  }',
    '  client.loop();',
    '  String sample = "{\\"temperature\\": " + String(20 + random(300) / 100.0) + "}";',
    `  bool stored = client.publish("${topics.telemetry}", sample, false, 1);`,
    '  Serial.println((stored ? "acknowledged: " : "not acknowledged: ") + sample);',
    '}',
  ]
  return {
    id: 'arduino',
    label: 'ESP32',
    variants: [
      {
        label: 'Arduino',
        version: null,
        language: 'cpp',
        note: 'A sketch for the Arduino IDE, with MQTT 3.1.1. It sends each second.',
        code: code.join('\n'),
      },
    ],
  }
}
