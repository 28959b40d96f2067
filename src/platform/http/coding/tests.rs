use std::io::Read;

use actix_web::test::TestRequest;
use flate2::write::GzDecoder;
use std::io::Write;

use super::*;

const BOTH: [Coding; 2] = [Coding::Gzip, Coding::Zstd];

fn decoded(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Gzip => {
            let mut whole = Vec::new();
            flate2::read::GzDecoder::new(bytes).read_to_end(&mut whole).unwrap();
            whole
        }
        Coding::Zstd => zstd::decode_all(bytes).unwrap(),
    }
}

/// Rows of about a kilobyte that compress well.
fn rows(count: usize) -> Vec<u8> {
    (0..count).flat_map(|at| format!("{at:09},{},\r\n", "Worcester,".repeat(100)).into_bytes()).collect()
}

async fn sent(answer: Answer) -> (Vec<Vec<u8>>, Option<Error>) {
    let Payload::Stream(mut stream) = answer.payload else { panic!("no stream") };
    let (mut pieces, mut failed) = (Vec::new(), None);
    while let Some(piece) = stream.next().await {
        match piece {
            Ok(piece) => pieces.push(piece.to_vec()),
            Err(error) => failed = Some(error),
        }
    }
    (pieces, failed)
}

#[tokio::test]
async fn a_small_body_is_encoded_at_once_and_a_large_one_in_pieces() {
    for coding in BOTH {
        let small = rows(60);
        let answer = encode(Answer::bytes(200, CSV, small.clone()), coding).unwrap();
        assert_eq!(answer.get(&header::CONTENT_ENCODING), Some(coding.name()));
        assert_eq!(decoded(coding, answer.whole().unwrap()), small);

        let large = rows(5_000);
        let (pieces, failed) = sent(encode(Answer::bytes(200, CSV, large.clone()), coding).unwrap()).await;
        assert!(failed.is_none() && pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= 2 * PIECE));
        assert!(pieces.concat().len() < large.len() / 10);
        assert_eq!(decoded(coding, &pieces.concat()), large);
    }
}

/// Decodes a body as it arrives.
#[expect(clippy::large_enum_variant, reason = "a test has one")]
enum Decoder {
    Gzip(GzDecoder<Vec<u8>>),
    Zstd(zstd::stream::write::Decoder<'static, Vec<u8>>),
}

impl Decoder {
    fn of(coding: Coding) -> Self {
        match coding {
            Coding::Gzip => Self::Gzip(GzDecoder::new(Vec::new())),
            Coding::Zstd => Self::Zstd(zstd::stream::write::Decoder::new(Vec::new()).unwrap()),
        }
    }

    /// Everything that can be read once `piece` has arrived.
    fn take(&mut self, piece: &[u8]) -> Vec<u8> {
        match self {
            Self::Gzip(decoder) => {
                decoder.write_all(piece).unwrap();
                decoder.flush().unwrap();
                decoder.get_ref().clone()
            }
            Self::Zstd(decoder) => {
                decoder.write_all(piece).unwrap();
                decoder.flush().unwrap();
                decoder.get_ref().clone()
            }
        }
    }
}

#[tokio::test]
async fn a_stream_gives_each_piece_when_it_is_made() {
    for coding in BOTH {
        let given = [b"one\n".to_vec(), Vec::new(), b"two\n".to_vec(), rows(300)];
        let stream = stream::iter(given.clone().map(Ok));
        let Payload::Stream(mut sent) = encode(Answer::stream(NDJSON, stream), coding).unwrap().payload else {
            panic!("no stream")
        };
        let (mut decoder, mut made) = (Decoder::of(coding), Vec::new());
        for piece in given.iter().filter(|piece| !piece.is_empty()) {
            made.extend_from_slice(piece);
            let arrived = sent.next().await.unwrap().unwrap();
            // An encoder may write the mark of a flush by itself.
            assert_eq!(decoder.take(&arrived), made, "{coding:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_fails_has_no_end() {
    for coding in BOTH {
        let stream = stream::iter([Ok(b"one\n".to_vec()), Err(Error::internal("no more")), Ok(b"two\n".to_vec())]);
        let (pieces, failed) = sent(encode(Answer::stream(NDJSON, stream), coding).unwrap()).await;
        assert!(failed.is_some());
        let part = pieces.concat();
        match coding {
            Coding::Gzip => {
                flate2::read::GzDecoder::new(&*part).read_to_end(&mut Vec::new()).unwrap_err();
            }
            Coding::Zstd => {
                zstd::decode_all(&*part).unwrap_err();
            }
        }
    }
}

fn chosen(mut answer: Answer, accept: &str) -> (Option<Coding>, Option<String>) {
    let request = TestRequest::default().insert_header((header::ACCEPT_ENCODING, accept)).to_http_request();
    let coding = choose(&mut answer, &request);
    (coding, answer.get(&header::VARY).map(str::to_owned))
}

#[test]
fn a_large_text_is_compressed_and_nothing_else() {
    let varies = Some("Accept-Encoding".to_owned());
    let gzip = Some(Coding::Gzip);
    for media_type in [JSON, "application/json; charset=utf-8", PROBLEM_JSON, NDJSON, "text/csv; charset=utf-8", HTML] {
        assert_eq!(chosen(Answer::bytes(200, media_type, vec![b' '; 1024]), "gzip"), (gzip, varies.clone()));
        assert_eq!(chosen(Answer::bytes(200, media_type, vec![b' '; 1023]), "gzip"), (None, varies.clone()));
        assert_eq!(chosen(Answer::bytes(200, media_type, vec![b' '; 1024]), "identity"), (None, varies.clone()));
        assert_eq!(chosen(Answer::stream(media_type, stream::empty()), "gzip"), (gzip, varies.clone()));
    }
    for media_type in ["text/calendar", "application/zip", "application/jose"] {
        assert_eq!(chosen(Answer::bytes(200, media_type, vec![b' '; 9_000]), "gzip"), (None, None));
    }
    let coded = Answer::bytes(200, JSON, vec![b' '; 9_000]).header(header::CONTENT_ENCODING, "gzip");
    assert_eq!(chosen(coded, "zstd"), (None, None));
    assert_eq!(chosen(Answer::empty(204), "gzip, identity;q=0"), (None, None));
}

#[test]
fn a_caller_that_refuses_a_body_as_it_is_gets_a_small_one_compressed() {
    let small = || Answer::bytes(200, JSON, b"{}".to_vec()).header(header::VARY, "Accept");
    let (coding, vary) = chosen(small(), "gzip, identity;q=0");
    assert_eq!((coding, vary.as_deref()), (Some(Coding::Gzip), Some("Accept, Accept-Encoding")));
    assert_eq!(chosen(small(), "br, identity;q=0").0, None);
}
