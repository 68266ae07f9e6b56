//! A headless Chromium, asked through its driver as the WebDriver standard says.
//!
//! Owns the driver's process and the few requests of HTTP that it takes; both end with the test.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// Gathers what goes wrong on the page, before its own script runs.
const WATCH: &str = "<script>window.wrong = []; addEventListener('error', e => wrong.push(String(e.message))); \
                     addEventListener('securitypolicyviolation', e => wrong.push('blocked ' + e.blockedURI))</script>";

pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    folder: PathBuf,
}

impl Browser {
    /// A browser of its own for a test; `None` if there is none here.
    pub fn start(test: &str) -> Option<Self> {
        let driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = driver else {
            assert!(std::env::var_os("CI").is_none(), "chromedriver is not installed, and CI is set");
            eprintln!("skipped: chromedriver is not installed (Debian: chromium chromium-driver)");
            return None;
        };
        let mut said = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = said.find_map(|line| {
            let line = line.ok()?;
            line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
        });
        // What else it says has to go somewhere.
        std::thread::spawn(move || said.for_each(drop));
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let mut browser =
            Self { driver, port: port.expect("it says its port"), session: String::new(), folder };
        let profile = format!("--user-data-dir={}", browser.folder.join("profile").display());
        let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900", &profile];
        let wanted = json!({ "alwaysMatch": { "goog:chromeOptions": { "args": arguments } } });
        let begun = browser.ask("POST", "/session", Some(&json!({ "capabilities": wanted })));
        browser.session = format!("/session/{}", begun["sessionId"].as_str().expect("a session"));
        Some(browser)
    }

    /// Opens a page from the disk.
    pub fn open(&self, page: &str) {
        let file = self.folder.join("run.html");
        fs::write(&file, page.replacen("<head>", &format!("<head>{WATCH}"), 1)).expect("a file");
        self.tell("/url", &json!({ "url": format!("file://{}", file.display()) }));
    }

    /// Runs a script on the page; gives what it returns.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        self.tell("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Runs a script on the page that calls `done` when it is over.
    pub fn run_later(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; {script}");
        self.tell("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Has the reader prefer a colour scheme.
    pub fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let params = json!({ "features": features });
        self.tell("/goog/cdp/execute", &json!({ "cmd": "Emulation.setEmulatedMedia", "params": params }));
    }

    /// Presses and releases a key.
    pub fn press(&self, key: &str) {
        let strokes = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.tell(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }

    /// What has gone wrong on the page.
    pub fn errors(&self) -> Vec<String> {
        let wrong = self.run("return window.wrong", &json!([]));
        wrong.as_array().expect("a list").iter().map(|text| text.to_string()).collect()
    }

    /// How many pixels of a screenshot have the colour that the page calls so.
    pub fn pixels_of(&self, colour: &str) -> u64 {
        let shot = self.ask("GET", &format!("{}/screenshot", self.session), None);
        let script = "
            const [shot, name, done] = arguments;
            const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
            const wanted = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
            const image = new Image();
            image.onload = () => {
              const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
              pen.drawImage(image, 0, 0);
              const pixels = pen.getImageData(0, 0, image.width, image.height).data;
              let count = 0;
              for (let i = 0; i < pixels.length; i += 4) if (wanted.every((c, k) => Math.abs(pixels[i + k] - c) < 3)) count++;
              done(count);
            };
            image.src = 'data:image/png;base64,' + shot;";
        let counted = self.tell("/execute/async", &json!({ "script": script, "args": [shot, colour] }));
        counted.as_u64().expect("a number")
    }

    fn tell(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &format!("{}{path}", self.session), Some(body))
    }

    /// One request; gives the value of its answer.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map_or(String::new(), Value::to_string);
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .expect("it takes it");
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).expect("it answers") > 2 {
            if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = number.trim().parse().expect("a number");
            }
            line.clear();
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).expect("the whole answer");
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{method} {path}: {}", answer["value"]);
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", &self.session, None);
        }
        // The driver takes its browser along.
        self.driver.kill().ok();
        self.driver.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}
