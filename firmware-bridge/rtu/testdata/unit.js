// A unit on a serial line, played by modbus-serial: node unit.js MODULE PORT.
// Holding registers 0 to 99 keep what is written, each unit its own; input
// register n of unit u is 1000 u + n.
const { ServerSerial } = require(process.argv[2]);
const kept = new Map();
const refuse = (code) => { const e = new Error("refused"); e.modbusErrorCode = code; throw e; };
const server = new ServerSerial({
  getHoldingRegister: (at, unit) => at < 100 ? kept.get(unit * 65536 + at) || 0 : refuse(2),
  getInputRegister: (at, unit) => unit * 1000 + at,
  setRegister: (at, value, unit) => at < 100 ? kept.set(unit * 65536 + at, value) : refuse(2),
}, { port: process.argv[3], baudRate: 9600, unitID: 255, interval: 10 });
server.on("initialized", () => console.log("ready"));
process.stdin.on("end", () => process.exit(0)).resume();
