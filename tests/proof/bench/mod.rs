//! Benchmarks of Holdall: pages, throughput, memory, sign-in, what browsers load. Each figure is printed beside a
//! baseline from the same run. wrk and curl send the requests; this module computes and prints the figures.

mod bytes;
mod figures;
mod machine;
mod pages;
mod sendfile;
mod sign_ins;
mod sizes;

use std::path::Path;

use clap::ValueEnum;

use crate::Result;
use crate::bench::figures::line;
use crate::bucket::Bucket;
use crate::curl::Curl;
use crate::holdall::Holdall;
use crate::process::{Process, memory};
use crate::visitor::Visitor;

/// How many times each figure is measured.
const ROUNDS: usize = 3;

/// A benchmark.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Benchmark {
    /// What it is measured on
    Machine,
    /// What a signed-in page loads
    Sizes,
    /// Pages, and many small files
    Pages,
    /// How long a refusal takes
    SignIns,
    /// 1 GiB both ways, on the local folder
    BytesLocally,
    /// 1 GiB both ways, on Garage
    BytesOnGarage,
}

pub async fn run(holdall: &Holdall, bucket: Option<&Bucket>, work: &Path, benchmark: Benchmark) -> Result<()> {
    match benchmark {
        Benchmark::Machine => machine::tell(holdall, work),
        Benchmark::Sizes => sizes::measure(),
        Benchmark::Pages => pages::measure(holdall).await,
        Benchmark::SignIns => sign_ins::measure(holdall).await,
        Benchmark::BytesLocally => bytes::locally(holdall, work).await,
        Benchmark::BytesOnGarage => bytes::on_garage(holdall, bucket.ok_or("a bucket is needed")?, work).await,
    }
}

/// The server under test, and Ada, who has signed up there.
struct Measured<'a> {
    holdall: &'a Holdall,
    ada: Visitor,
    cookie: String,
    server: Process,
}

impl<'a> Measured<'a> {
    async fn start(holdall: &'a Holdall) -> Result<Self> {
        let server = holdall.serve().await?;
        let ada = Visitor::new(holdall.address);
        ada.sign_up("ada").await?;
        let cookie = ada.cookie();
        Ok(Self { holdall, ada, cookie, server })
    }

    /// Restarts the server on the same data, so that its peak memory belongs to one phase.
    async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.server = self.holdall.serve().await?;
        Ok(())
    }

    async fn stop(&mut self) -> Result<()> {
        self.server.terminate()?;
        match self.server.ended().await?.code {
            Some(0) => Ok(()),
            code => Err(format!("Holdall does not end well: {code:?}").into()),
        }
    }

    fn curl(&self) -> Curl<'_> {
        Curl { cookie: &self.cookie }
    }

    fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.holdall.address)
    }

    /// The server's memory in MiB.
    fn memory(&self, field: &str) -> Result<f64> {
        memory(self.server.id(), field)
    }

    fn peak(&self, of: &str) -> Result<()> {
        line(&format!("peak memory of the server, {of}"), &format!("{:.1} MiB", self.memory("VmHWM")?), "");
        Ok(())
    }
}
